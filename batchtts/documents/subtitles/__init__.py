"""Subtitles, SRT and WebVTT: cues with times become segments with slots."""
