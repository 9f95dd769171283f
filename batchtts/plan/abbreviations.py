"""Words that end in a full stop without ending a sentence, and words that tend to begin one.

Everything here is data for `batchtts.plan.sentences`.  Entries are in lower case and lack their last stop.
A word that is also an ordinary one (sun., art., miss.) is listed only where its kind makes that harmless.
"""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


# Stand before a name, so whatever follows, the sentence goes on.  They count only with a capital letter.
TITLES = _words(
    """
    mr mrs ms mx messrs mme mmes mlle mlles mgr mm dr drs prof profs rev revd hon rt gen col lt sgt capt cpt cmdr
    cdr maj adm brig cpl pvt gov sen rep pres supt insp det sr sra srta srs dra dña hr frl fr dipl ing dott sig
    dhr mevr fray card archbp bp
    """
)

# Introduce what follows, in any case of letters.
CONNECTIVES = _words(
    """
    e.g i.e eg ie viz cf vs v ca approx incl resp esp al. bzw vgl ggf evtl inkl sog usf z.b d.h u.a p.ex p.ej
    bijv np tzn t.j т.е напр см
    """
)

# Stand before a number or a letter: the sentence goes on if there is one.
BEFORE_NUMBERS = _words(
    """
    no nos nr nrs num núm n° nº n.º p pp pg pag pág págs vol vols ch chap chs fig figs sec sect art arts par para
    pt pts op v vv vs l ll ver bk bd abs kap abb tab ed col cols s § f ff ex eq eqs ref
    """
)

# Those of them that are also words, after which "I" is the pronoun: No. I will not.
ORDINARY_WORDS = _words("no nos fig figs art arts par sec ed col ex")

# May end a sentence or stand inside it: the next word decides.
OPEN_ENDED = _words(
    """
    etc inc ltd co corp cos bros plc llc jr sr esq st mt mts ave blvd rd sq hwy apt dept univ assn
    assoc intl govt misc al et.al ibid ms mss gmbh usw uvm ecc etcétera ud uds vd vds ee uu chr jh anon
    """
)

# The same, with a capital letter only: months, days, American states.
OPEN_ENDED_NAMES = _words(
    """
    jan feb febr mar apr jun jul aug sep sept oct nov dec mon tue tues wed thu thur thurs fri sat
    calif colo conn fla ariz mich minn mont neb nev okla penn tenn tex wis wyo
    """
)

# Units, which only another number continues: 5 ft. 3 in.
UNITS = _words("ft oz lb lbs yd yds kg km cm mm hr hrs min mins secs")

# Spelled with an exclamation mark.
EXCLAIMED_NAMES = _words("yahoo yum joomla jeopardy")

# What a German ordinal stands before: „am 3. Oktober“, „im 19. Jahrhundert“.
AFTER_ORDINALS = _words(
    """
    januar jänner februar februars märz april mai juni juli august september oktober november dezember
    jahrhundert jahrhunderts jahrhunderte jahrestag jh jhd tag tages kapitel klasse stock mal auflage geburtstag band
    """
)

# Capitalised, these begin a sentence rather than continue a name.
SENTENCE_STARTERS = _words(
    """
    a about according after again all also although always among an and another any anyone are as at
    because been before behind besides between both but by can could despite did do does during each either
    even every everybody everyone everything few finally first for from had has have he hence her here him his
    how however i if in indeed instead is it its last later less let like many maybe meanwhile more most much my
    neither never nevertheless next no nobody none nor not nothing now of often oh on once one only or other our
    perhaps please several shall she should since so some someone something sometimes soon still such that the
    their them then there therefore these they this those though through thus to today together tomorrow too
    two under unless until upon was we were what whatever when whenever where wherever whether which while
    who whoever whom whose why with within without would yes yesterday yet you your
    ah aha alas come good great ha hallo hello hey hullo hush let o pray quite thank well
    der die das den dem ein eine er sie es wir ich ihr und aber doch wenn als wie wer wo warum nach im am auf bei
    le la les un une il elle ils elles je nous vous on et mais où quand qui ce cette ces dans
    el los las una él ella ellos yo y pero cuando quién qué en lo gli io ma che quando
    """
)

# What speakers do, in the words that follow a speech: “Stop!” Holmes cried.
SPEECH_VERBS = _words(
    """
    said says say asked asks cried cries answered answers replied replies called whispered murmured muttered
    shouted yelled screamed exclaimed ejaculated demanded repeated added continued observed remarked inquired
    enquired interrupted interposed gasped groaned growled sighed laughed sobbed snapped snarled hissed begged
    pleaded urged insisted protested suggested agreed admitted announced declared explained returned responded
    retorted thought wondered began roared bellowed shrieked stammered breathed chuckled echoed persisted
    """
)
