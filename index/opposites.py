"""Words by which two questions are told apart, or that tell nothing; in the languages known."""

import re

EMPTY = {
    "de": """geht gibt kann kannst konnen konnt darf darfst durfen durft muss musst mussen soll
        sollte sollen moglich erlaubt uhr bitte eigentlich genau denn mal jemand etwas heisst""",
    "en": """may must might shall need needs want wants like please possible allowed able required
        necessary way ways steps thing things anything someone something anyone get gets got
        getting take takes place happen happens exactly actually really currently ever still number
        name reason time many much long often hello hi hey thanks know tell us per""",
}
"""Words that say little in a question, or no more than what is asked for, beside the stop words;
folded."""

KINDS = {
    "time": r"when|what time|(?:what|which) (?:day|date)|date|deadline|due"
    r"|wann|(?:um|bis) wie ?viel uhr|welche[rmns]? (?:tag|zeit)|uhrzeit|termin|frist",
    "deadline": r"deadline|due|until when|until what time|frist|bis wann|bis wie ?viel uhr",
    "place": r"where|location|wo|wohin|woher|ort",
    "person": r"who|whom|whose|wer|wem|wen|wessen",
    "reason": r"why|reason|how come|warum|wieso|weshalb|grund",
    "amount": r"how many|number of|what number|wie ?viele|anzahl",
    "price": r"how much|costs?|price|fee|expensive|kostet|kosten|preis|teuer",
    "length": r"how long|wie lange",
    "often": r"how often|wie oft",
}
"""What is asked for, and the words that ask for it; folded."""

DENIALS = re.compile(
    r"\b(not|never|no|none|nobody|nothing|cannot|without|nicht|nie|niemals|kein\w*|ohne|nichts)\b"
    r"|n['\N{RIGHT SINGLE QUOTATION MARK}]t\b"
)

DUTIES = re.compile(
    r"\b(must|have to|has to|need|needs|should|shall|required|necessary|obliged|mandatory"
    r"|muss|musst|mussen|soll|sollte|sollen|notig|pflicht)\b"
)
"""What asks for a duty, in a question that yes or no answers; folded."""
OPEN = re.compile(
    r"\b(how|what|which|when|where|who|whom|whose|why|until when"
    r"|wie|was|welche[rmns]?|wann|wo|wohin|woher|wer|wem|wen|wessen|warum|wieso|weshalb)\b"
)
"""What asks for more than yes or no."""
THING = re.compile(r"\b(what|which|was|welche[rmns]?)\b")
"""What asks for a thing, where nothing tells of what kind it is; folded."""

OTHERS = """
open opens opened opening opens|close closes closed closing
start starts begin begins started|end ends finish finishes stop stops ended
before|after|during
buy purchase|sell sold|borrow rent lend
on enable activate|off disable deactivate
up|down
in|out
first|last
next upcoming|last previous past
is are am do does will|was were did
today|tomorrow|yesterday
increase raise louder higher|decrease lower reduce quieter
upload|download
join enter|leave exit quit
create add make|delete remove
add|remove
minimum min|maximum max|recommended
hourly|daily|weekly|monthly|yearly annual annually
hour|day|week|month|year
morning|noon|afternoon|evening|night
older above over|younger below under
free|paid
public|private
online|offline
new newest latest|old oldest
left|right
front|back
import|export
send|receive
win wins|lose loses
accept|reject decline refuse
stable|beta|alpha|nightly
men man male|women woman female
boys boy|girls girl
juniors junior|seniors senior
teachers teacher|students student|parents parent
inside indoors indoor|outside outdoors outdoor
spring|summer|autumn fall|winter
cheap cheapest|expensive
short|long
big large biggest largest|small smallest
same|different
more most|less least fewer
early earlier earliest|late later latest
top|bottom
save|load
show|hide
refund|exchange|replace
register|cancel
email mail|phone telephone|post letter
mac macos|linux|windows
xbox|ps4|ps5|playstation|switch|pc|mobile
android|ios iphone ipad
monday mondays|tuesday tuesdays|wednesday wednesdays|thursday thursdays|friday fridays|saturday \
saturdays|sunday sundays
january|february|march|april|may|june|july|august|september|october|november|december
offnen offnet geoffnet auf|schliessen schliesst geschlossen zu
beginnt beginnen anfangt startet|endet enden aufhort
vor|nach|wahrend
kaufen kaufe kauft|verkaufen verkaufe verkauft|leihen mieten
an einschalten|aus ausschalten
an|ab
erste ersten|letzte letzten
nachste nachsten|letzte letzten vorige vorigen
ist sind wird werden|war waren wurde wurden
heute|morgen|gestern
neue neuen neues|alte alten altes
uber alter|unter junger
mit|ohne
monatlich|jahrlich|wochentlich|taglich
montag montags|dienstag dienstags|mittwoch mittwochs|donnerstag donnerstags|freitag freitags\
|samstag samstags|sonntag sonntags
"""
"""Words that stand for each other's opposite, or for another of the same kind; folded."""

PREFIXES = ("un", "de", "dis", "in", "non", "ent")
"""What turns the meaning of the word behind it."""
PARTICLES = (
    *("in", "ex", "im", "de", "up", "down", "over", "under", "pre", "post", "on", "off", "out"),
    *("ab", "an", "auf", "aus", "ein", "zu", "um", "vor", "nach"),
)
"""What makes different words of one, each of another meaning."""

NUMBERS = {
    word: str(number)
    for words in (
        "two three four five six seven eight nine ten eleven twelve",
        "zwei drei vier funf sechs sieben acht neun zehn elf zwolf",
    )
    for number, word in enumerate(words.split(), 2)
}
"""Those that are written as words; folded. One is an article too."""
