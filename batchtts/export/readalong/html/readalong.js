/* Highlights the sentence and the word that are heard, and leads from the text to the sound.

   Times are whole samples, positions UTF-16 code units within a passage.  Nothing is wrapped: highlights are ranges (CSS
   Custom Highlight API).  Where there are none, the passage that is heard is marked as a whole. */
"use strict";

(() => {
  const CAN_HIGHLIGHT = typeof Highlight === "function" && CSS.highlights !== undefined;
  const RESTART_SECONDS = 1.5;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const byId = (id) => document.getElementById(id);

  /* Stretches [start, end) in the order of their starts; of a dub they may overlap. */
  class Stretches {
    constructor(stretches) {
      this.all = stretches;
      let until = 0;
      for (const each of stretches) {
        until = Math.max(until, each.end);
        each.until = until;
      }
    }

    /* The index of the last one that has begun, -1 before the first. */
    lastBegun(sample) {
      let low = 0;
      let high = this.all.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (this.all[middle].start <= sample) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    }

    at(sample) {
      const found = [];
      for (let index = this.lastBegun(sample); index >= 0 && this.all[index].until > sample; index -= 1) {
        if (this.all[index].end > sample) found.push(this.all[index]);
      }
      return found.reverse();
    }
  }

  /* A chapter: its sound, and its times, which are read when they are needed first. */
  class Chapter {
    constructor(section) {
      this.section = section;
      this.audio = section.querySelector("audio");
    }

    get times() {
      if (this.known === undefined) this.known = this.read();
      return this.known;
    }

    read() {
      const form = JSON.parse(this.section.querySelector("script.times").textContent);
      const sentences = [];
      const words = [];
      for (const [id, own] of Object.entries(form.passages)) {
        const passage = byId(id);
        for (const numbers of own) {
          for (let at = 0; at < numbers.length; at += 4) {
            const [start, end, first, last] = numbers.slice(at, at + 4);
            (at === 0 ? sentences : words).push({ passage, start, end, first, last });
          }
        }
      }
      const inOrder = (one, other) => one.start - other.start;
      return {
        rate: form.rate,
        sentences: new Stretches(sentences.sort(inOrder)),
        words: new Stretches(words.sort(inOrder)),
      };
    }

    /* Browsers count microseconds, so the nearest sample is the one that was meant. */
    get sample() {
      return Math.round(this.audio.currentTime * this.times.rate);
    }

    /* What comes of it the events tell; a promise of playing is broken also when the reader pauses at once. */
    play() {
      this.audio.play().catch(() => {});
    }

    set sample(sample) {
      this.audio.preload = "auto";
      this.audio.currentTime = sample / this.times.rate;
    }
  }

  const chapters = [...document.querySelectorAll(".chapter")].map((section) => new Chapter(section));
  let current = chapters[0];
  let shown = [];
  let isFollowing = true;

  function rangeOf({ passage, first, last }) {
    const range = document.createRange();
    let start = 0;
    for (const node of passage.childNodes) { // a parser may part a very long text in two
      const end = start + node.length;
      if (first >= start && first < end) range.setStart(node, first - start);
      if (last > start && last <= end) range.setEnd(node, last - start);
      start = end;
    }
    return range;
  }

  function mark(sentences, words) {
    if (CAN_HIGHLIGHT) {
      const below = new Highlight(...sentences.map(rangeOf));
      const above = new Highlight(...words.map(rangeOf));
      above.priority = 1;
      CSS.highlights.set("sentence", below);
      CSS.highlights.set("word", above);
      return;
    }
    for (const passage of document.querySelectorAll(".current")) passage.classList.remove("current");
    for (const { passage } of sentences) passage.classList.add("current");
  }

  function show() {
    const sample = current.sample;
    const sentences = current.times.sentences.at(sample);
    const words = current.times.words.at(sample);
    const now = [...sentences, ...words];
    if (now.length === shown.length && now.every((each, index) => each === shown[index])) return;
    shown = now;
    mark(sentences, words);
    if (isFollowing && !current.audio.paused && now.length) reveal(words[0] ?? sentences[0]);
  }

  /* Keeps what is heard in the upper half of the window. */
  function reveal(stretch) {
    const box = rangeOf(stretch).getBoundingClientRect();
    if (box.top > innerHeight * 0.1 && box.bottom < innerHeight * 0.7) return;
    scrollBy({ top: box.top - innerHeight * 0.3, behavior: calm.matches ? "instant" : "smooth" });
  }

  function follow(wanted) {
    isFollowing = wanted;
    byId("follow").setAttribute("aria-pressed", String(wanted));
    if (wanted && shown.length) reveal(shown[shown.length - 1]);
  }

  function keepPace() {
    show();
    if (!current.audio.paused) requestAnimationFrame(keepPace);
  }

  /* Goes to a sample of a chapter; what was playing goes on there. */
  function go(chapter, sample) {
    const wasPlaying = !current.audio.paused;
    if (chapter !== current) current.audio.pause();
    current = chapter;
    current.sample = sample;
    show();
    if (wasPlaying) current.play();
    if (isFollowing && shown.length) reveal(shown[shown.length - 1]);
  }

  function toggle() {
    if (current.audio.paused) current.play();
    else current.audio.pause();
  }

  /* Steps to the sentence or word before or after; back first leads to the beginning of a sentence that is under way. */
  function step(kind, direction) {
    const { all } = current.times[kind];
    const sample = current.sample;
    let index = current.times[kind].lastBegun(sample);
    const restarts = kind === "sentences" && index >= 0
      && sample - all[index].start > RESTART_SECONDS * current.times.rate;
    if (!(direction < 0 && restarts)) index += direction;
    if (index >= 0 && index < all.length) {
      go(current, all[index].start);
      return;
    }
    const beside = chapters[chapters.indexOf(current) + direction];
    const others = beside?.times[kind].all;
    if (others?.length) go(beside, others.at(direction < 0 ? -1 : 0).start);
  }

  function caretAt(x, y) {
    if (document.caretPositionFromPoint) {
      const caret = document.caretPositionFromPoint(x, y);
      return caret && [caret.offsetNode, caret.offset];
    }
    const range = document.caretRangeFromPoint(x, y);
    return range && [range.startContainer, range.startOffset];
  }

  /* The word at a point; between two words a caret may stand at the end of the one that is meant. */
  function wordAt(chapter, passage, x, y) {
    const caret = caretAt(x, y);
    if (!caret || !passage.contains(caret[0])) return undefined;
    let [node, offset] = caret;
    while ((node = node.previousSibling)) offset += node.length;
    const own = chapter.times.words.all.filter((word) => word.passage === passage);
    return own.find((word) => word.first <= offset && offset < word.last)
      ?? own.find((word) => word.last === offset)
      ?? own.find((word) => word.first > offset);
  }

  function clicked(event) {
    const passage = event.target.closest(".spoken");
    if (!passage || event.button !== 0 || !getSelection().isCollapsed) return;
    const chapter = chapters.find((each) => each.section.contains(passage));
    const word = wordAt(chapter, passage, event.clientX, event.clientY);
    if (!word) return;
    go(chapter, word.start);
    follow(true);
  }

  const SCROLLING = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"]);

  function pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("audio, select, input, textarea")) return;
    if (SCROLLING.has(event.key)) follow(false);
    const kind = event.shiftKey ? "words" : "sentences";
    if (event.shiftKey && !getSelection().isCollapsed) return; // they are selecting
    if (event.key === " " && !event.shiftKey && !event.target.closest("button, a")) toggle();
    else if (event.key === "ArrowLeft") step(kind, -1);
    else if (event.key === "ArrowRight") step(kind, 1);
    else return;
    event.preventDefault();
  }

  function started(chapter) {
    for (const other of chapters) if (other !== chapter) other.audio.pause();
    current = chapter;
    chapter.audio.playbackRate = Number(byId("speed").value);
    byId("play").textContent = "Pause";
    keepPace();
  }

  function listen(chapter) {
    const { audio } = chapter;
    const next = chapters[chapters.indexOf(chapter) + 1];
    audio.addEventListener("play", () => started(chapter));
    audio.addEventListener("pause", () => {
      if (chapter === current) byId("play").textContent = "Play";
    });
    audio.addEventListener("seeking", () => {
      if (current.audio.paused) current = chapter;
    });
    audio.addEventListener("error", () => { byId("unplayable").hidden = false; });
    audio.addEventListener("ended", () => {
      if (!next) return;
      next.audio.currentTime = 0;
      next.play();
    });
    for (const name of ["seeking", "seeked", "timeupdate", "pause"]) {
      audio.addEventListener(name, () => { if (chapter === current) show(); });
    }
  }

  if (!current) return;
  chapters.forEach(listen);
  byId("play").addEventListener("click", toggle);
  byId("back").addEventListener("click", () => step("sentences", -1));
  byId("forward").addEventListener("click", () => step("sentences", 1));
  byId("follow").addEventListener("click", () => follow(!isFollowing));
  byId("speed").addEventListener("change", (event) => {
    for (const { audio } of chapters) audio.playbackRate = Number(event.target.value);
  });
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  for (const name of ["wheel", "touchmove"]) {
    addEventListener(name, () => follow(false), { passive: true });
  }
  addEventListener("pointerdown", (event) => { // on the bar with which pages are scrolled
    if (event.target === document.documentElement) follow(false);
  });
  byId("player").hidden = false;
})();
