"""The shapes of sentences that answer a question: subject, verb, what is asked for."""

import re

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_UNITS = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen"
_NUMBER = rf"""(?:\d[\d,.]*\d|\d|(?:a|{_UNITS}|{_TENS})\ (?:hundred|thousand|million|billion)|
    {_UNITS}|{_TENS})"""
_MONTH = r"""(?:January|February|March|April|May|June|July|August|September|October|November|
    December)"""
_DATE = rf"""(?:(?:the\ )?\d{{1,2}}(?:st|nd|rd|th)?(?:\ of)?\ {_MONTH}(?:\ \d{{4}})?|
    {_MONTH}\ \d{{1,2}}(?:st|nd|rd|th)?(?:,\ \d{{4}})?|{_MONTH}(?:\ \d{{4}})?|(?:1\d|20)\d\d)"""
_TIME = rf"""(?:{_NUMBER}(?::\d\d)?(?:\ ?(?:a\.?m\.?|p\.?m\.?|o['’]clock))?(?:\ in\ the\ (?:morning|
    afternoon|evening))?|noon|midnight|\d{{1,2}}:\d\d)"""
_UNIT = "(?:seconds?|minutes?|hours?|days?|weeks?|months?|years?)"
_MONEY = rf"""(?:[$€£]\ ?\d(?:[\d,.]*\d)?(?:\ (?:million|billion))?|{_NUMBER}\ (?:euros?|dollars?|
    pounds?|cents?|francs?|EUR|USD|GBP|CHF))"""
_AMOUNT = (
    rf"(?:(?:about|around|over|approximately)\ )?(?:{_MONEY}|\d(?:[\d,.]*\d)?(?:\ ?%|\ percent))"
)
_END = r"""(?=[.,;]?\s*$|[,;]?\s+(?:and|or|but|for|per|a|each|every|from|unless|if|where|in|at|on|
    by|to|with|until|before|after|compared|here|there|today)\b)"""
_SUBJECT = r"^(?P<subject>[^.!?\n]{2,90}?)"

_BUILT = (
    "founded|built|opened|published|released|established|signed|introduced|created|completed|"
    "adopted|launched|incorporated|written|discovered|invented"
)
_SAID = r"announced|confirmed|proposed|demanded|rejected|promised|declared|pledged|called\ for"
_MOVED = "increased|decreased|rose|fell|grew|declined|dropped"
_RULES_EN = (
    (
        "definition",
        rf"{_SUBJECT}\ (?P<verb>is|are)\ (?P<answer>(?:an?|the|one\ of|any)\ [^\n]+?)[.:]?\s*$",
    ),
    ("price", rf"{_SUBJECT}\ (?P<verb>costs?)\ (?P<answer>(?:about\ )?{_MONEY}){_END}"),
    (
        "date",
        rf"""{_SUBJECT}\ (?P<verb>must|should|has\ to|have\ to)
        \ (?P<action>be\ \w+(?:\ \w+){{0,3}}?)\ by\ (?P<answer>{_DATE}|{_TIME}){_END}""",
    ),
    (
        "date",
        rf"""{_SUBJECT}\ (?P<verb>(?:opens?|closes?|starts?|begins?|ends?|expires?|takes?\ effect))
        \ (?:at|on|in)\ (?P<answer>{_DATE}|{_TIME}){_END}""",
    ),
    (
        "date",
        rf"""{_SUBJECT}\ (?P<verb>was|were)\ (?P<action>{_BUILT})\ (?:in|on)
        \ (?P<answer>{_DATE}){_END}""",
    ),
    (
        "duration",
        rf"{_SUBJECT}\ (?P<verb>lasts?|takes?)\ (?P<answer>(?:about\ )?{_NUMBER}\ {_UNIT}){_END}",
    ),
    (
        "number",
        rf"""{_SUBJECT}\ (?P<verb>has|have)\ (?P<answer>(?:about\ |over\ |more\ than\ )?{_NUMBER})
        \ (?P<action>(?:[a-z]+\ )?[a-z]+s)
        (?=[.,;]?\s*$|[,;]?\ (?:and|in|on|with|that|which|of)\b)""",
    ),
    ("amount", rf"{_SUBJECT}\ (?P<verb>is|are|was|were)\ (?P<answer>{_AMOUNT}){_END}"),
    ("change", rf"{_SUBJECT}\ (?P<verb>{_MOVED})\ (?:by\ )?(?P<answer>{_AMOUNT}){_END}"),
    ("saying", rf"{_SUBJECT}\ (?P<verb>{_SAID})\ (?:that\ )?(?P<answer>\w[^\n]*?)[.:]?\s*$"),
)
_MONAT = (
    r"""(?:Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember)"""
)
_DATUM = rf"(?:\d{{1,2}}\.\ {_MONAT}(?:\ \d{{4}})?|{_MONAT}(?:\ \d{{4}})?|(?:1\d|20)\d\d)"
_ZAHL = (
    """(?:\\d[\\d,.]*\\d|\\d|eine[nm]?|zwei|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf)"""
)
_RULES_DE = (
    (
        "definition",
        rf"{_SUBJECT}\ (?P<verb>ist|sind)\ (?P<answer>(?:eine?|der|die|das)\ [^\n]+?)[.:]?\s*$",
    ),
    (
        "price",
        rf"{_SUBJECT}\ (?P<verb>kostet|kosten)\ (?P<answer>{_ZAHL}\ (?:Euro|€|Cent|Franken))\b",
    ),
    (
        "date",
        rf"""{_SUBJECT}\ (?P<verb>(?:öffnet|schließt|beginnt|endet|öffnen|schließen|beginnen|enden))
        \ (?P<answer>(?:um|am|im)\ (?:{_DATUM}|{_ZAHL}(?:[.:]\d\d)?\ Uhr))""",
    ),
    (
        "date",
        rf"""{_SUBJECT}\ (?P<verb>wurde|wurden)\ (?P<answer>(?:am\ |im\ (?:Jahr\ )?)?{_DATUM})
        \ (?P<action>gegründet|gebaut|erbaut|eröffnet|veröffentlicht|eingeführt|geschlossen)\b""",
    ),
    (
        "duration",
        rf"""{_SUBJECT}\ (?P<verb>dauert|dauern)
        \ (?P<answer>{_ZAHL}\ (?:Minuten?|Stunden?|Tage?|Wochen?|Monate?|Jahre?))\b""",
    ),
)

SHAPES = {
    language: tuple((name, re.compile(rule, re.VERBOSE)) for name, rule in rules)
    for language, rules in (("en", _RULES_EN), ("de", _RULES_DE))
}
"""By language: what is asked for, and the shape; each holds `subject`, `verb` and `answer`."""
