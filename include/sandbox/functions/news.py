"""NEWS_SENTIMENT, INSIDER_TRANSACTIONS and EARNINGS_CALL_TRANSCRIPT: inventions, the same at every clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from include.sandbox import refusals
from include.sandbox.actions import generator
from include.sandbox.answers import Answer, refused
from include.sandbox.functions.companies.company import reported
from include.sandbox.functions.question import Question, json_answer
from include.sandbox.functions.rates.assets import COINS, CURRENCIES
from include.sandbox.rows import plain

SENTIMENTS = (
    "x <= -0.35: Bearish; -0.35 < x <= -0.15: Somewhat-Bearish; -0.15 < x < 0.15: Neutral; "
    "0.15 <= x < 0.35: Somewhat_Bullish; x >= 0.35: Bullish"
)
RELEVANCE = "0 < x <= 1, with a higher score indicating higher relevance."
TOPICS = ("technology", "earnings", "financial_markets", "manufacturing", "life_sciences", "economy_macro")
SORTS = ("LATEST", "EARLIEST", "RELEVANCE")
MARKETS = {"CRYPTO": COINS, "FOREX": CURRENCIES}
DAYS = 30
MOST = 1000


def news(question: Question) -> Answer:
    """Two articles a day and symbol; without ``time_from`` of the last 30 days. Times are UTC."""
    found = _selected(question)
    limit, sort = question.query.get("limit", "50"), question.query.get("sort", "LATEST")
    if found is None or not limit.isdigit() or sort not in SORTS:
        return refused(refusals.invalid_inputs())
    found.sort(key=lambda one: one["time_published"], reverse=sort != "EARLIEST")
    if sort == "RELEVANCE":
        found.sort(key=lambda one: one["ticker_sentiment"][0]["relevance_score"], reverse=True)
    feed = found[: min(int(limit) or 50, MOST)]
    definitions = {"sentiment_score_definition": SENTIMENTS, "relevance_score_definition": RELEVANCE}
    return json_answer({"items": str(len(feed)), **definitions, "feed": feed})


def _selected(question: Question) -> list[dict[str, Any]] | None:
    """None where a parameter cannot be read or a symbol is not listed."""
    try:
        since, until = (_time(question.query.get(name)) for name in ("time_from", "time_to"))
    except ValueError:
        return None
    tickers = [one.upper() for one in question.query.get("tickers", "AAPL,MSFT,IBM").split(",")]
    if not all(_is_known(question, one) for one in tickers):
        return None
    topics = set(filter(None, question.query.get("topics").split(",")))
    until = min(until or question.now, question.now)
    since = since or until - timedelta(DAYS)
    every = (one for ticker in tickers for one in _articles(question.seed, ticker, since, until))
    return [one for one in every if not topics or topics & {topic["topic"] for topic in one["topics"]}]


def _is_known(question: Question, ticker: str) -> bool:
    """A symbol, or a coin or currency such as ``CRYPTO:BTC`` and ``FOREX:USD``."""
    market, _, code = ticker.rpartition(":")
    if market:
        return code in MARKETS.get(market, {})
    return question.market.listing(ticker, question.now) is not None


def _time(text: str) -> datetime | None:
    return datetime.strptime(text, "%Y%m%dT%H%M").replace(tzinfo=UTC) if text else None


def _articles(seed: int, ticker: str, since: datetime, until: datetime) -> Iterator[dict[str, Any]]:
    day = since.astimezone(UTC).date()
    while day <= until.astimezone(UTC).date():
        random = generator(seed, ticker, f"news {day}")
        for number in range(2):
            published = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(
                minutes=random.randrange(1440)
            )
            score, topic = random.uniform(-0.5, 0.6), TOPICS[random.randrange(len(TOPICS))]
            relevance = random.uniform(0.3, 1.0)
            if since <= published <= until:
                yield _article(ticker, f"{day}-{number + 1}", published, score, topic, relevance)
        day += timedelta(1)


def _article(
    ticker: str, name: str, published: datetime, score: float, topic: str, relevance: float
) -> dict[str, Any]:
    page = ticker.lower().replace(":", "-")
    return {
        "title": f"{ticker}: simulated article {name}",
        "url": f"https://news.example.com/{page}/{name}",
        "time_published": f"{published:%Y%m%dT%H%M%S}",
        "authors": ["Market-data sandbox"],
        "summary": f"An invention of the market-data sandbox about {ticker}.",
        "banner_image": f"https://news.example.com/{page}/{name}.png",
        "source": "Sandbox",
        "category_within_source": "General",
        "source_domain": "news.example.com",
        "topics": [{"topic": topic, "relevance_score": f"{relevance:.6f}"}],
        "overall_sentiment_score": round(score, 6),
        "overall_sentiment_label": label(score),
        "ticker_sentiment": [
            {
                "ticker": ticker,
                "relevance_score": f"{relevance:.6f}",
                "ticker_sentiment_score": f"{score:.6f}",
                "ticker_sentiment_label": label(score),
            }
        ],
    }


def label(score: float) -> str:
    """The word for a score; the feed writes a dash where the definition has an underscore."""
    if abs(score) < 0.15:
        return "Neutral"
    word = "Bullish" if score > 0 else "Bearish"
    return word if abs(score) >= 0.35 else f"Somewhat-{word}"


def insiders(question: Question) -> Answer:
    """Trades at the closes of the last years' sessions, newest first; ``from`` is the first day wanted."""
    listing = question.market.listing(question.symbol(), question.now)
    bars = question.market.truth(listing.symbol, question.now).bars if listing else ()
    first = question.query.get("from")
    rows = []
    for bar in reversed(bars[-2500:]):
        random = generator(question.seed, question.symbol().upper(), f"insider {bar.session}")
        if random.random() < 0.05 and str(bar.session) >= first:
            rows.append({
                "transaction_date": str(bar.session),
                "ticker": question.symbol(),
                "executive": f"EXECUTIVE, SIMULATED {random.randint(1, 9)}",
                "executive_title": "Director",
                "security_type": "Common Stock",
                "acquisition_or_disposal": "AD"[random.randrange(2)],
                "shares": f"{random.randint(50, 5000)}.0",
                "share_price": plain(bar.close),
            })
    return json_answer({"data": rows})


def transcript(question: Question) -> Answer:
    """Two speakers of a quarter such as 2024Q1, once it is reported; none before."""
    quarter, symbol = question.query.get("quarter"), question.symbol()
    listing = question.market.listing(symbol, question.now)
    found = reported(question.market, listing, question.now) if listing else []
    out = any(f"{one.end.year}Q{one.end.month // 3}" == quarter for one in found)
    texts = {"Investor Relations": f"Welcome to the simulated call of {symbol}.", "CEO": "No figure is real."}
    spoken = [
        {"speaker": f"Simulated {title}", "title": title, "content": text, "sentiment": "0.0"}
        for title, text in texts.items()
    ]
    return json_answer({"symbol": symbol, "quarter": quarter, "transcript": spoken if out else []})
