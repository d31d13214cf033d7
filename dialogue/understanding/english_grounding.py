"""English words by which a written sentence is checked against what it was written from."""

from __future__ import annotations

EMPTY = frozenset(
    (
        "a", "an", "the", "and", "or", "but", "so", "then", "than", "that", "this", "these",
        "those", "it", "its", "it's", "is", "are", "was", "were", "be", "been", "being", "am", "i",
        "you", "your", "yours", "we", "our", "ours", "us", "they", "their", "them", "he", "she",
        "his", "her", "to", "of", "in", "on", "at", "by", "for", "from", "with", "without",
        "within", "as", "if", "when", "while", "which", "who", "whom", "whose", "what", "where",
        "how", "why", "there", "here", "do", "does", "did", "done", "have", "has", "had", "can",
        "could", "will", "would", "may", "might", "shall", "should", "must", "not", "no", "nor",
        "just", "only", "also", "too", "very", "really", "please", "yes", "well", "all", "any",
        "some", "each", "every", "own", "same", "such", "more", "most", "much", "many", "other",
        "another", "up", "down", "out", "off", "over", "under", "again", "about", "into", "onto",
        "after", "before", "until", "once", "get", "gets", "got", "go", "goes", "going", "make",
        "makes", "made", "need", "needs", "want", "wants", "like", "sure", "course", "let's",
        "you're", "you'll", "you've", "we're", "we'll", "we've", "they're", "that's", "there's",
        "once", "soon", "simply", "however",
    )
)  # fmt: skip
"""Words without a meaning of their own."""

ENDINGS = ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "ly", "s", "e", "y")

COUNTED = frozenset(
    (
        "dollar", "dollars", "cent", "cents", "euro", "euros", "pound", "pounds", "percent", "day",
        "days", "week", "weeks", "month", "months", "year", "years", "hour", "hours", "minute",
        "minutes", "working", "business", "item", "items", "time",
    )
)  # fmt: skip
"""After "one", these make it a number."""

MULTIPLES = {
    "hundred": "100", "thousand": "1000", "million": "1000000", "dozen": "12", "half": "1/2",
    "quarter": "1/4", "double": "2x", "triple": "3x", "twice": "2x", "first": "1st",
    "second": "2nd", "third": "3rd", "fourth": "4th", "fifth": "5th", "couple": "2",
    "fortnight": "14d",
}  # fmt: skip

DENYING = frozenset(
    (
        "not", "no", "never", "nor", "neither", "cannot", "without", "nothing", "nobody", "none",
        "unable",
    )
)  # fmt: skip

CAPITALS = frozenset(("i", "i'm", "i'll", "i've", "i'd"))
"""Written with a capital and yet no names."""

NEVER = (
    "the caller", "the question", "the answer", "the text", "the passage",
    "language model", "ai model", "ai assistant", "as an ai", "artificial intelligence", "openai",
    "chatgpt", "gpt", "llama", "system prompt", "prompt", "prompts", "instruction", "instructions",
    "instructed", "my rules", "guidelines", "developer", "developer mode", "training data",
    "trained", "jailbreak", "ignore", "disregard", "previous", "above text", "passage", "passages",
    "context", "tool call", "function call", "api", "json", "password", "passcode", "pin",
    "credit card number", "card number", "cvv", "security code", "social security", "bank account",
    "account number", "sort code", "iban", "gift card code", "wire", "bitcoin", "crypto",
    "call us at", "call us on", "call this number", "dial", "text us", "phone number", "whatsapp",
    "telegram", "click", "download", "visit our website at", "website", "link", "url",
    "email us at",
    "other customer", "another customer", "other customers", "previous caller", "last caller",
    "lawyer", "sue", "fuck", "shit", "damn", "idiot", "stupid", "kill", "hate",
)  # fmt: skip
"""What an answer from articles has no business to speak of, whatever the articles say."""

CLAIMS = (
    "i have", "i've", "i will", "i'll", "i am", "i'm", "i can", "i could", "i did", "i just",
    "i cancelled", "i canceled", "i refunded", "i changed", "i promise", "i guarantee", "i would",
    "we guarantee", "we promise", "guaranteed", "has been cancelled", "has been canceled",
    "have been cancelled", "has been refunded", "have been refunded", "has been changed",
    "has been updated", "has been shipped", "your order is", "your order has", "your order was",
    "your order will", "your address", "your name is", "your account", "your refund has",
    "your refund is", "connecting you", "transfer you", "transferring you",
)  # fmt: skip
"""An answer from articles does nothing and knows nothing of anybody's order."""
