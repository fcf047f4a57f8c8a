"""Text → terms: what full text search compares.

Words are case-folded, freed of accents and stop words, and stemmed by their document's language.
The reader of a question does not know the language of the passages, so a question's word stands
for its stems in every language of the library.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

WORD = re.compile(r"[^\W_]+")

FALLBACK = "en"

LANGUAGES = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fr": "french",
    "it": "italian",
    "nl": "dutch",
    "pt": "portuguese",
    "sv": "swedish",
}
"""ISO 639-1 code → Snowball's name of the stemmer."""

STOP_WORDS = {
    "da": """af alle at da de den der deres det dig din du efter eller en er et for fra ham han
        har havde hun hvad hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår i ikke ind
        jeg kan man med men mig min når og også om op os over på sig skal som til ud var vi vil
        være været""",
    "de": """aber alle als also am an auch auf aus bei bin bis da damit dann das dass dem den der
        des die dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer
        eines er es für hat hatte hatten haben ich ihm ihn ihr ihre ihrem ihren ihrer im in ist
        kann man mehr mein mit nach nicht noch nur ob oder sehr sein seine seiner sich sie sind so
        über um und uns unter viel viele vom von vor wann war waren warum was welche welchem
        welchen welcher welches wem wen wenn wer werden weshalb wessen wie wieso wieviel wieviele
        wir wird wo woher wohin womit wurde wurden zu zum zur zwischen""",
    "en": """a about after all also am an and any are as at be because been before being between
        both but by can could d did do does doing down during each for from further had has have
        having he her here hers herself him himself his how i if in into is it its itself just ll
        me more most my myself no nor not now of off on once only or other our ours out over own
        re s same she should so some such t than that the their theirs them themselves then there
        these they this those through to too under until up ve very was we were what when where
        which while who whom whose why will with would you your yours yourself""",
    "es": """a al algo ante antes como con cuál cuáles cuando cuándo cuánto cuántos cuánta cuántas
        de del desde donde dónde durante e el ella ellas ellos en entre era eran es esa ese eso
        esta está están este esto estos fue fueron ha había han hasta hay la las le les lo los más
        me mi muy no nos o para pero por porque que qué quien quién quiénes se según ser si sin
        sobre son su sus también te tiene todo tu un una uno unos y ya yo""",
    "fr": """à ai au aux avec ce ces cet cette c comme comment d dans de des du elle elles en entre
        est et étaient était être eu il ils j je l la le les leur leurs lorsque lui m ma mais me
        mes moi mon n ne nos notre nous on ont ou où par pas plus pour pourquoi qu quand que quel
        quelle quelles quels qui quoi s sa sans se selon ses si son sont sous sur ta te tes toi
        ton tu un une vos votre vous y combien""",
    "it": """a ad agli ai al alla alle anche aveva c che chi ci come con contro cosa cui da dai dal
        dalla dalle degli dei del della delle di dopo dove e ed era erano essere fra gli ha hanno i
        il in io l la le lei li lo loro lui ma mi ne nei nel nella nelle non o per perché più
        prima quale quali quando quanta quante quanti quanto quella quelle quelli quello questa
        queste questi questo se si sono su sua sue sui sul sulla suo suoi tra un una uno""",
    "nl": """aan al alle als bij da dan dat de der deze die dit doch door dus een en er ge geen had
        hadden heb hebben heeft hem het hier hij hoe hoeveel hun iets ik in is ja je kan maar me
        meer met mij mijn na naar niet nog nu of om omdat onder ons ook op over te ten tot tussen
        u uit van veel voor waar waarom wanneer waren was wat welk welke werd werden wie wij
        worden wordt ze zich zij zijn zo zou""",
    "pt": """a ao aos as até com como da das de dela dele delas deles depois do dos e é ela elas
        ele eles em entre era eram essa esse esta está estão este eu foi foram há isso isto já
        lhe mais mas me mesmo muito na nas não nem no nos nós o onde os ou para pela pelas pelo
        pelos por porque qual quais quando quanto quanta quantos quantas que quem se sem ser seu
        seus sua suas são só também te tem um uma você""",
    "sv": """alla att av blev de dem den denna deras dess det detta dig din du där efter eller en
        er ett från för ha hade han har hon hos hur hänne i icke inte jag kan man med mellan men
        mig min mot mycket ni nu när och om oss på sig sin ska skulle som till under upp ut vad
        var vara varför vem vid vi vilka vilken vilket är över""",
}


def detect_language(text: str) -> str:
    """The code in `LANGUAGES` whose stop words are most frequent in the text, or `FALLBACK`."""
    words = Counter(word.group() for word in islice(WORD.finditer(fold_text(text[:50_000])), 5_000))
    counts = {code: sum(words[word] for word in stop_words(code)) for code in LANGUAGES}
    best = max(counts, key=lambda code: (counts[code], code == FALLBACK))
    return best if counts[best] * 10 >= words.total() else FALLBACK


def extract_terms(text: str, language: str) -> list[str]:
    """The stems of the text's words in order, without stop words."""
    words = WORD.findall(fold_text(text))
    stop = stop_words(language)
    return list(_stemmer(language).stemWords([word for word in words if word not in stop]))


def question_terms(question: str, languages: Sequence[str]) -> list[frozenset[str]]:
    """For each distinct word of the question, its stems in the languages of the library.

    A word is left out where it is a stop word in one of them; where none would be left, all stay.
    """
    words = list(dict.fromkeys(WORD.findall(fold_text(question))))
    stop = frozenset().union(*(stop_words(language) for language in languages))
    kept = [word for word in words if word not in stop] or words
    stems = (
        frozenset(str(_stemmer(language).stemWord(word)) for language in languages) for word in kept
    )
    return list(dict.fromkeys(stems))


def fold_text(text: str) -> str:
    """The text in lower case and without accents."""
    # Some signs hold capitals that only show when they are decomposed: ℃ is °C.
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """The language's function and question words, folded."""
    return frozenset(fold_text(STOP_WORDS[language]).split())


@lru_cache
def _stemmer(language: str) -> Any:
    import Stemmer

    return Stemmer.Stemmer(LANGUAGES[language])
