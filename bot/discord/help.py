"""What `/help` says: to everyone, of answers, and to those who keep the documents; and in direct
messages, where there are no threads and nobody keeps documents. For `gettext`."""

from bot.language import mark

MEMBERS = mark("""\
### Ask your documents
I answer from this place's documents, word for word, and show where each answer stands.
- `/ask` with a question; `private` answers you alone, `document` searches one document
- Mention me with a question, or write to me directly
- Right-click a message › Apps › **Find in documents**
- `/sources` shows what I can answer from, `/privacy show` what I keep about you""")
ANSWERS = mark("""\
**Under an answer**
**In context** shows the passage with what stands around it, and a PDF's page, **More** shows the \
next ones, and 👍 👎 tell whether it helped. To ask on, press **Follow up**, or mention me in a \
reply or in the answer's thread: “and on Sundays?” is enough. Under a refusal, **Tell me when this \
is answered** does so, once.""")
DIRECT = mark("""\
### Ask me
I answer from my documents, word for word, and show where each answer stands.
- Write your question here, or use `/ask`; `document` searches one document
- `/sources` shows what I can answer from, `/privacy show` what I keep about you""")
DIRECT_ANSWERS = mark("""\
**Under an answer**
**In context** shows the passage with what stands around it, and a PDF's page, **More** shows the \
next ones, and 👍 👎 tell whether it helped. To ask on, press **Follow up** or just write on: “and \
on Sundays?” is enough. Under a refusal, **Tell me when this is answered** does so, once.""")
QUESTIONS = mark(
    "-# Admins have turned on that questions are kept here for {days}, without who asked."
)
ADMINS = mark("""\
**For those who keep the documents**
- `/docs add` adds up to five files; or right-click a message with files › Apps › \
**Add to documents**
- `/docs url` adds a web page or a whole site, `/docs channel` a channel's pinned messages or posts
- `/docs list` and `/docs status` show what is there and how it is doing
- `/docs teach` teaches an answer of your own, which comes first; `/docs taught` lists them
- `/docs gaps` shows what people asked and found no answer to, `/docs insight` how much is asked \
and which documents answer
- `/docs eval` shows how good the answers are, on questions of which you confirm the passage
- Right-click an answer › Apps › **Why this passage?** shows what its score is made of
- `/docs reindex` brings changed documents up to date, `/docs remove` takes one out
- `/docs bind` keeps a document for those who can view a channel or have a role
- `/docs help-channel` answers questions in a forum or a channel though nobody asks me
- `/docs settings` names a role, channels, privacy, the pause between questions and whether \
they are kept; `/docs words` changes the words of refusals and adds a last line to answers""")
