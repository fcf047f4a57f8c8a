"""The languages whose words are known: their scripts, stemmers, and words that say nothing."""

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
    "ca": "catalan",
    "cs": "czech",
    "et": "estonian",
    "eu": "basque",
    "fi": "finnish",
    "ga": "irish",
    "hu": "hungarian",
    "id": "indonesian",
    "lt": "lithuanian",
    "no": "norwegian",
    "pl": "polish",
    "ro": "romanian",
    "tr": "turkish",
    "ar": "arabic",
    "el": "greek",
    "fa": "persian",
    "hi": "hindi",
    "hy": "armenian",
    "ne": "nepali",
    "ru": "russian",
    "sr": "serbian",
    "ta": "tamil",
    "yi": "yiddish",
    **dict.fromkeys(("he", "ja", "km", "ko", "lo", "my", "th", "uk", "ur", "zh"), ""),
}
"""ISO 639-1 code → Snowball's name of the stemmer; empty where there is none."""

DENSE_LANGUAGES = frozenset(("ja", "km", "ko", "lo", "my", "th", "zh"))
"""Those that put no spaces between words, and Korean, whose particles stick to words."""

SCRIPT_LANGUAGES = {
    "Latin": (
        *("en", "da", "de", "es", "fr", "it", "nl", "pt", "sv", "ca", "cs", "et", "eu", "fi", "ga"),
        *("hu", "id", "lt", "no", "pl", "ro", "sr", "tr"),
    ),
    "Arabic": ("ar", "fa", "ur"),
    "Armenian": ("hy",),
    "Cyrillic": ("ru", "uk", "sr"),
    "Devanagari": ("hi", "ne"),
    "Greek": ("el",),
    "Han": ("zh", "ja"),
    "Hangul": ("ko",),
    "Hebrew": ("he", "yi"),
    "Kana": ("ja",),
    "Burmese": ("my",),
    "Khmer": ("km",),
    "Lao": ("lo",),
    "Tamil": ("ta",),
    "Thai": ("th",),
}
"""Script → its languages; the first is what a word of it is taken for in a document of another
script. Of two whose words are as frequent in a text, the one named first counts."""

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
    "ca": """a al als amb aquest aquesta aquests això cada com de del dels des el els en és és
        entre era es està fins ha han hi i la les li més molt no o on pel per però perquè quan
        què quin quina quins quines qui s se sense ser seu seva si sobre són també tot un una
        uns va""",
    "cs": """a ale aby až bez bude by byl byla bylo být co do ho i já jak jaký jaká jaké jako je
        jeho její jejich jen jsem jsou již k kde kdo kdy kolik která které který ke mezi může na
        nad ne nebo není o od po pod podle pro proč proto před při s se si tak také tento ten to
        tu v ve více z za ze že""",
    "et": """aga ei ehk ega et ja ka kas kes kelle kogu koos kui kuidas kus kuni kõik läbi ma me
        meie mida miks millal mille mis mitte mitu nad need nende nii ning oli olid olema oma on
        peab pärast saab see sel selle seda siis siin ta tema te teie üks või välja võib üle""",
    "eu": """al bai baina bat batean bere beste bezala da dago daude den dira ditu dituzte du
        dute edo egin egiten ere ez eta gabe gara guztiak hau hori izan izango izaten non noiz
        nola nor oso zein zen zer zergatik zuen zuten zenbat ziren""",
    "fi": """ei eivät että he hän ja jo joka jos joita jotka joissa kanssa kuin kuinka kuka kun
        me mikä miksi milloin missä mistä mitä millä miten mitkä moni monta mukaan mutta myös ne
        niin niiden noin nyt ole oli olivat olla on onko ovat se sekä sen sitä siitä siinä tai
        tämä tämän tässä voi vain vielä""",
    "ga": """ach ag agus an ar as atá bhí bhfuil bíonn cá cad cathain cén chun conas de deir den
        do dom don é go i iad ina is le leis mar mé na nach ní níl nó ó os raibh sé seo sí siad
        sin sna tá thar trí tú um""",
    "hu": """a az abban ahol aki akik ami amely amelyek arra be csak de e egy el és ez ezt ebben
        fel ha hány hogy hogyan hol honnan hova ide így ill is itt ki kik kell le lehet már meg
        még mely melyik mennyi mert mi mikor milyen mint miért minden mit nagyon ne nem nincs ő
        ők oda olyan ott pedig s sem szerint után ún vagy vagyok van vannak volt voltak""",
    "id": """ada adalah agar akan aku anda apa apakah atau bagaimana bagi bahwa banyak belum
        berapa bisa boleh dalam dan dapat dari dengan di dia harus hanya ini itu jika juga kami
        kapan karena ke kepada kita lebih mana mereka mengapa oleh pada para saat saja saya
        sebagai sebuah secara serta seperti siapa sudah telah tidak untuk yang""",
    "lt": """ar arba apie aš be bei bet buvo būti dar dėl del gali iki ir iš jau jei jeigu jie
        jis jų jo ji jos kad kada kai kaip kas kiek kodėl koks kokia kokie kokios kur kuris kuri
        kurie kurios į mes ne nei nes nėra nuo o pagal per po prie prieš savo su tai taip tik to
        toks už yra visi""",
    "no": """alle at av da de den deres det du eller en er et etter for fra få ha han har hun
        hva hvem hvilke hvilken hvilket hvis hvor hvordan hvorfor når i ikke inn jeg kan man med
        meg men min mellom mye må noe noen nå og også om opp oss over på seg som til ut var være
        ved vi""",
    "pl": """a albo ale aby bez bo by był była było być co czego czemu czy dla dlaczego do gdy
        gdzie go i ich ile jak jaka jaki jakie jakich jako jego jej jest już jeśli kiedy każdy
        kto która które którego której który których lub ma może można na nad nie niż o od oraz
        po pod przed przez przy się są ta tak także tego tej ten to tu tylko tym w we więc z za
        ze że""",
    "ro": """a acest această aceste acestea ai al ale am ar are as asupra au avea ca că care cât
        câte câți când ce cei cel cele cine cu cum cui da dar de deci din după ea ei el ele este
        eu fără fi fie fiecare fost în între îi îl își la le lor lui mai mult ne nu o ori pe
        pentru peste prin sa să sale sau se și sub sunt un unde unei unui un va vor""",
    "tr": """acaba ama ancak bana bazı ben bir biri bu buna bunu çok çünkü da daha de değil diye
        en gibi hangi hangisi her hiç için ile ise kaç kadar ki kim kime mi mı mu mü nasıl ne
        neden nerede nereden nereye niçin niye o olan olarak olduğu olur ona onu onun sonra şey
        siz şu tüm üzere var ve veya ya yani yok""",
    "ar": """أن إن إلى أو أي أين أنا أنت إذا إلا الذي التي الذين ألا أما بعد بعض بل بين به بها
        تحت تم ثم حتى حول حيث خلال ذلك سوف عبر على عليه عليها عن عند عندما غير فإن في فيه فيها
        قبل قد كان كانت كل كم كما كي كيف لا لأن لدى لكن لم لن له لها لماذا لمن ليس ما ماذا متى
        مثل مع من منذ منه منها نحن هذا هذه هل هم هنا هناك هو هي و وقد ولا وهو وهي يا يجب يكون
        يمكن""",
    "el": """αλλά αν από αυτά αυτές αυτή αυτό αυτός αυτού για γιατί δε δεν δηλαδή εάν είναι είχε
        ένα έναν ένας έχει έχουν η ή θα και κάθε καθώς κάποιος κατά κι με μέσα μετά μέχρι μη μην
        μια μιας μου να ο οι όπου όπως όποιος όταν ότι όχι πιο ποια ποιες ποιο ποιοι ποιος
        ποιους ποιων πολύ που πού πόσα πόσες πόση πόσο πόσοι πόσος πότε πριν προς πως πώς σαν
        σας σε στα στη στην στις στο στον στους στων συ τα τη την της τι τις το τον του τους
        τότε των ώστε ως μας όλα όλες όλοι""",
    "fa": """آن آنها از است اگر اما این با باید بر برای بود به پس تا تر چرا چند چه چگونه چیست
        خود در دارد دارند را روی شد شده شود کجا کدام کرد کرده کند کنید که کی ما من می نه نیز
        نیست ها های هر هم همه همین هستند و وقتی ولی یا یک""",
    "hi": """अपना अपनी अपने आप इन इस इसका इसकी इसके इसमें इसे उन उनका उनके उस उसका उसकी उसके उसे
        एक ऐसा और कब कर करता करना करने करें कहाँ का कि कितना कितनी कितने किन किस किसका किसकी
        किसके किसने किसी किससे किसे की कुछ के केवल को कोई कौन कौनसा क्या क्यों गई गया गए जब जहाँ
        जा जाए जाता जाती जाते जैसे जो तक तथा तब तो था थी थे दिया दें दो न नहीं ने पर फिर बहुत भी
        में मैं यदि यह यहाँ या ये रहा रही रहे लिए ले वह वहाँ वाला वाली वाले वे सकता सकती सकते
        साथ से हम ही हुआ हुई हुए है हैं हो होगा होता होती होते होना होनी होने चाहिए कैसे""",
    "hy": """այդ այլ այն այս արդեն դա դեպի եմ են ենք ես եք երբ է էին էր ինչ ինչու ինչպես իր
        իրենց թե կամ համար հետ հետո մեզ մեջ մենք մի միայն նա նաև նրա նրանք որ որը որոնք որպես
        որտեղ ու ում ով չի պետք սա վրա քան քանի և""",
    "ko": """것 것은 것이 그 그것 그리고 그런 그런데 그러나 나 누가 누구 누구의 다른 더 또 또는
        때 무슨 무엇 무엇을 무엇이 무엇인가요 무엇입니까 및 몇 수 안 어느 어디 어디에 어디에서
        어디서 어떤 어떻게 언제 언제까지 얼마 얼마나 얼마나요 왜 우리 이 이런 있는 있나요
        있습니다 있어야 저 제 좀 죠 중 하나요 하는 하면 한 할 합니까 합니다 해야 되나요 됩니까
        됩니다 궁금해요""",
    "ne": """अनि आफ्नो उनी उनीहरू एक एउटा कति कसरी कसले कहाँ कहिले का कि किन कुन के को गरी गरेको
        गर्छ गर्न गर्नुहोस् छ छन् छैन जो तर तथा तिनी त्यो थियो थिए न नै पनि बाट भए भएको भने म मा
        मात्र यस यसको यी यो र रहेको लाई ले वा सँग सबै सो हामी हुन हुन्छ हुने हो""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всего всех вы где
        да для до его ее ей если есть еще же за зачем и из или им их к как какая какие каким
        каких какого какое какой каком какую ко когда кого кому которая которого которой которую
        которые который которых кто куда ли либо мне может можно мой мы на над надо нам нас не
        него нее нет ни них но ну нужно о об он она они оно от откуда по под почему при про с
        сам себя со сколько скольких так такой там то того тоже той только том у уже чего чей
        чем через что чтобы чья эта эти это этого этой этом этот я""",
    "sr": """а али без би био била било бити где га до за и из или им их ја је јер јесу када
        како као кога код која које који колико кроз ли међу може на над не него није о од около
        он она они па по под пре при с са само се су та тако те то тога у уз шта што ће ali bez
        bi bio bila bilo biti gde gdje ga iz ili ja je jer jesu kada kako kao kod koja koje koji
        koliko kroz među može nad nije od oko ona oni pa pre pri sa samo su ta tako što šta u uz
        će""",
    "ta": """அது அதன் அவர் அவர்கள் அந்த அல்லது ஆகும் ஆனால் இது இதன் இந்த இருந்து இல்லை உள்ள
        உள்ளது என எந்த எங்கு எங்கே எது எத்தனை எப்படி எப்போது எவ்வளவு என்ற என்று என்ன ஏன் ஒரு
        கொண்டு தான் நான் நீங்கள் பல மற்றும் மட்டும் முடியும் யார் வேண்டும்""",
    "uk": """а або але без би був була були було бути в вам вас ви від він вона вони воно все
        всі де для до є за з зі і із їх її й його як яка які яким яких якого яке який якій якщо
        коли кого кому куди котрий ми може можна на над нам нас не неї ні них але о об один по
        під при про скільки та так також те ти тільки то того той треба у хто це цей цього ця ці
        чи чим чого чому що щоб я""",
    "ur": """آپ اس اسے اگر ان اور اپنے ایک بھی تا تک تھا تھی تھے جب جو جس سے صرف کا کب کتنا کتنی
        کتنے کر کرتا کرنا کرنے کس کسی کہ کہاں کو کون کوئی کی کیا کیسے کیوں کے گئی گیا لیے لیکن
        میں نے نہیں وہ پر پھر چاہیے ہم ہو ہوتا ہوتی ہے ہیں ہی یا یہ""",
    "he": """אבל או אחרי איזה איזו אילו איך אין אל אם אני אנחנו את אתה אתם בין גם הוא היא היה
        היו הם הן זה זאת זו יש כאשר כל כמה כמו כן כי לא למה לפני מאוד מה מי מתי על עד עם עוד רק
        של שלו שלה שלהם תחת""",
    "yi": """אַ און אויב אויך אויף איז אים אין איר אָבער אָדער אַלע בײַ דאָס דער דעם די דורך
        האָבן האָט וואָס ווי ווער ווען ווו ווייל זיי זיין זײַנען זיך זענען ער עס פֿון פאר פאַר
        צו קען קיין ניט נישט נאָך מיט מען""",
}
"""Function and question words."""

QUESTION_PHRASES = {
    "ja": """あった あって あり ある いい いくつ いくら いた いつ いて いる から ください くらい
        ぐらい この これ ことが こと された される させ さん した して しま すか する せん その
        それ たい たら だけ ため だれ った って つの であ でき でしょう でした です では とき
        とは どう どこ どの どのくらい どれ どれくらい どんな ない ながら なければ なぜ など
        なに なら なり なる のか ので のに のは は へ を べき ほど ました ましょう ます ません
        まで もの ものは もし より られ れる わけ について によって として という てもいい""",
    "ko": """까지는 까지 께서 께 부터는 부터 마다 보다 처럼 라도 이라도 에게는 에게 에서는
        에서도 에서 에는 에도 에 으로는 으로 로는 로 은 는 이 가 을 를 의 과 와 도 만 이나 이며
        이고 하고 입니까 인가요 예요 이에요 인지""",
    "th": """กับ กี่ ก่อน ก็ ของ ควร ครับ คะ ค่ะ คือ จะ จาก จึง ด้วย ดี ได้ ตอน ต้อง ตั้งแต่ ถึง
        ถ้า ถูก ที่ ทำไม นั้น นาน นี้ บ้าง แค่ไหน เป็น แล้ว และ เมื่อ เมื่อใด เมื่อไร เมื่อไหร่
        เพราะ มา มี ไม่ ไม่ได้ เวลา ว่า ใคร ใด ใน ไป ไว้ ไหน ไหม หรือ หรือไม่ หลัง หาก ให้ อยู่
        อย่างไร อะไร เท่าใด เท่าไร เท่าไหร่ โดย""",
    "zh": """的 了 吗 呢 吧 是 在 和 与 或 也 都 就 谁 哪 几 这 那 请 它 他 她 我 你 们 什么
        哪里 哪儿 哪个 哪些 怎么样 怎么办 怎么 怎样 如何 为什么 多少 多久 多长时间 多长 多大
        可以 应该 必须 需要 没有 如果 因为 所以 以及 要多 時候 嗎 這 們 什麼 哪裡 怎麼 為什麼
        可以 應該 必須 沒有 因為 时候""",
}
"""What says nothing in a question of a language that does not part its words, or, in Korean, ends
them: left out before its letters are paired. A passage keeps it: 的 is a word, and part of 目的."""
