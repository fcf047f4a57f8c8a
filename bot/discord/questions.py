"""Whether what people write to each other asks something; by its signs and its first word."""

import re

from bot.discord.courtesies import GREETINGS, is_courtesy
from index.scripts import is_dense
from index.terms import detect_language

MARKS = "?？؟՞"
"""Greek has its own, which elsewhere parts sentences."""

OPENERS = {
    "ar": "من ما ماذا متى أين لماذا كيف كم هل أي",
    "ca": "qui què quin quina quins quines quan com quant quants|per què",
    "cs": "kdo co jaký jaká jaké který která které kdy kde odkud kam proč jak kolik",
    "da": "hvem hvad hvilken hvilket hvilke hvornår hvor hvorfor hvordan|er der|kan jeg|kan man",
    "de": """wer wem wen wessen was welche welcher welches welchem welchen wann wo woher wohin womit
        wofür warum wieso weshalb wie wieviel|gibt es|kann ich|kann man|kann jemand|weiß jemand
        |darf ich|darf man|muss ich|muss man""",
    "el": "ποιος ποια ποιο ποιοι ποιες τι πότε πού γιατί πώς πόσο πόσα",
    "en": """who whom whose what which when where why how|is there|is it|are there|does|do i|do we
        |do you|can i|can we|can you|can someone|can anyone|could someone|could anyone|should i
        |should we|any idea|anyone know|anybody know""",
    "es": """qué quién quiénes cuál cuáles cuándo dónde cómo cuánto cuánta cuántos cuántas|por qué
        |para qué|hay alguna|hay algún|alguien sabe""",
    "et": "kes mis mida milline millal kus kust kuhu miks kuidas mitu",
    "eu": "nor zer zein noiz non nora nondik zergatik nola zenbat",
    "fa": "چه چرا کجا چگونه چطور چند آیا کدام",
    "fi": "kuka mikä mitä milloin missä mistä mihin miksi miten kuinka",
    "fr": """qui quoi quel quelle quels quelles où comment pourquoi combien|est-ce que|qu'est-ce
        |quand est-ce|y a-t-il|peut-on""",
    "ga": "cé cad cathain cá conas cén",
    "he": "מי מה מתי איפה היכן למה מדוע איך כמה האם איזה",
    "hi": "कौन क्या कब कहाँ क्यों कैसे कितना कितने कितनी",
    "hu": "ki mi mit melyik milyen mikor hol hová honnan miért hogyan hány mennyi",
    "hy": "ով ինչ երբ որտեղ ինչու ինչպես քանի",
    "id": "siapa apa apakah kapan mengapa kenapa bagaimana berapa|di mana",
    "it": "chi cosa quale quali quando dove come perché quanto quanta quanti quante|c'è",
    "lt": "kas ką kuris kuri koks kada kur kodėl kaip kiek ar",
    "ne": "को के कहिले कहाँ किन कसरी कति",
    "nl": """wie wat welke welk wanneer waar waarom hoe hoeveel|is er|kan ik|kan iemand
        |weet iemand""",
    "no": "hvem hva hvilken hvilket hvilke når hvor hvorfor hvordan|er det|kan jeg|kan man",
    "pl": "kto co jaki jaka jakie który która które kiedy gdzie skąd dlaczego czemu jak ile czy",
    "pt": """quem qual quais quando onde como quanto quanta quantos quantas|por que|o que
        |alguém sabe""",
    "ro": "cine ce care când unde cum cât câtă câți câte|de ce",
    "ru": """кто что какой какая какое какие который когда где откуда куда почему зачем как
        сколько""",
    "sr": """ко шта који која које када где одакле зашто како колико ko šta koji koja koje kada gde
        odakle zašto kako koliko|да ли|da li""",
    "sv": "vem vad vilken vilket vilka när var varför hur|finns det|kan jag|kan man",
    "ta": "யார் என்ன எப்போது எங்கே ஏன் எப்படி எத்தனை",
    "tr": "kim ne hangi nerede nereden nereye neden niçin niye nasıl kaç",
    "uk": "хто що який яка яке які коли де звідки куди чому навіщо як скільки чи",
    "ur": "کون کیا کب کہاں کیوں کیسے کتنا",
    "yi": "ווער וואָס ווען ווו פֿאַרוואָס ווי",
}
"""How a question begins: with one of these words, or with one of the phrases behind a bar."""

INSIDE = {
    "ja": "か。 ですか ますか 何 どこ いつ 誰 なぜ どうやって どうすれば いくら いくつ",
    "km": "អ្វី ឯណា ហេតុអ្វី យ៉ាងណា",
    "ko": "까 나요 가요 무엇 어디 언제 왜 어떻게 얼마",
    "lo": "ຫຍັງ ໃສ ເມື່ອໃດ ເປັນຫຍັງ ແນວໃດ",
    "my": "လဲ လား",
    "th": "ไหม อะไร ที่ไหน เมื่อไร เมื่อไหร่ ทำไม อย่างไร ยังไง ใคร เท่าไร เท่าไหร่",
    "zh": """吗 嗎 什么 什麼 怎么 怎麼 如何 为什么 為什麼 哪里 哪裡 哪个 谁 誰 多少 几个 幾個""",
}
"""What a question holds, in languages whose questions do not begin so."""

_UNSAID = re.compile(r"```[\s\S]*?```|`[^`\n]*`|(?m:^>[^\n]*)|https?://\S+|<[^<>\s]+>")
"""Code, quotes, addresses, mentions and emoji."""
_BORDER = re.compile(r"(?<=[.!…?؟])\s+|(?<=[。！？])\s*|\n+")
"""Between two sentences."""


def is_question(text: str) -> bool:
    """Whether a message asks something that documents might say."""
    said = _UNSAID.sub(" ", text).strip()
    if is_courtesy(said) or not (is_dense(said) or len(re.findall(r"\w+", said)) > 1):
        return False
    return bool(find_asking(said))


def find_asking(text: str) -> str:
    """The sentences of a text that ask something; "" where none does."""
    language = detect_language(text)
    sentences = filter(None, _BORDER.split(text))
    return " ".join(one for one in sentences if _asks(_UNSAID.sub(" ", one), language))


def _asks(sentence: str, language: str) -> bool:
    if any(mark in sentence for mark in (*MARKS, *(";" if language == "el" else ""))):
        return True
    if language in INSIDE:
        return any(word in sentence for word in INSIDE[language].split())
    words = re.findall(r"[^\s,:]+", sentence.casefold())
    while words and words[0] in GREETINGS:
        del words[0]
    single, *phrases = OPENERS.get(language, "").split("|")
    begins = " ".join(words) + " "
    return begins.startswith(tuple(f"{one.strip()} " for one in (*single.split(), *phrases)))
