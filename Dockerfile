# Astro Runtime takes the official image's place: BASE_IMAGE=...astro-runtime:<version>-base and IMAGE_USER=astro. Take a
# tag that ends in -base: the others install packages.txt and requirements.txt by ONBUILD, before these lines could.
ARG BASE_IMAGE=apache/airflow:3.3.2-python3.12
FROM ${BASE_IMAGE}

ARG IMAGE_USER=airflow
# Where the base image says nothing else; both official ones do.
ARG AIRFLOW_HOME=/opt/airflow
WORKDIR ${AIRFLOW_HOME}
ENV PYTHONPATH=${AIRFLOW_HOME} \
    PYTHONUNBUFFERED=1 \
    GX_ANALYTICS_ENABLED=false

USER 0
COPY packages.txt /tmp/
RUN sed 's/#.*//' /tmp/packages.txt > /tmp/packages \
    && if grep -q '[a-z]' /tmp/packages; then \
        apt-get update \
        && xargs apt-get install --yes --no-install-recommends < /tmp/packages \
        && rm -rf /var/lib/apt/lists/*; \
    fi

USER ${IMAGE_USER}
COPY requirements.txt requirements-image.txt requirements-s3.txt constraints.txt /tmp/
RUN pip install --no-cache-dir --requirement /tmp/requirements-image.txt --constraint /tmp/constraints.txt

COPY LICENSE pyproject.toml /tmp/provider/
COPY airflow_provider_alphavantage /tmp/provider/airflow_provider_alphavantage
RUN pip install --no-cache-dir --no-deps /tmp/provider

COPY airflow_settings.yaml ./
COPY plugins plugins
COPY include include
COPY dags dags

# A new volume takes its owner from the folder it is mounted over.
RUN mkdir -p logs market_data market_reports installation token
