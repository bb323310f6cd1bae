# brm in a container: an unprivileged user, nothing written outside /var/lib/brm and /tmp.
#
#   docker build -t brm .
#   docker build -t brm --build-arg PYTHON_IMAGE=REGISTRY/python:3.13-slim .      any image with python3 and venv
#   docker build -t brm --build-arg PIP_OPTIONS="--no-index --find-links /wheelhouse" .
#                                            from wheels in ./wheelhouse, without a package index
ARG PYTHON_IMAGE=python:3.13-slim

FROM ${PYTHON_IMAGE} AS build
ARG PIP_OPTIONS=""
ARG EXTRAS="fast"
WORKDIR /build
# The licence is only there because a pattern has to match something; a wheelhouse is copied where there is one.
COPY LICENSE wheelhous[e] /wheelhouse/
COPY pyproject.toml README.md README.zh-CN.md LICENSE CHANGELOG.md ./
COPY requirements requirements
RUN python3 -m venv /opt/brm
COPY graph_schema graph_schema
COPY scoring scoring
COPY brm brm
COPY api api
COPY containers/neo4j-password /opt/brm/bin/neo4j-password
RUN chmod 755 /opt/brm/bin/neo4j-password \
 && /opt/brm/bin/python -m pip install --no-cache-dir --disable-pip-version-check \
      ${PIP_OPTIONS} -c requirements/constraints.txt ".[${EXTRAS}]" \
 && /opt/brm/bin/python -m pip uninstall --yes --quiet pip

FROM ${PYTHON_IMAGE}
# No entry in /etc/passwd is needed for a numeric user, so that any base image will do.
ARG USER_ID=10001
RUN mkdir -p /var/lib/brm /run/brm /run/brm-neo4j \
 && chown ${USER_ID}:${USER_ID} /var/lib/brm /run/brm /run/brm-neo4j \
 && chmod 700 /var/lib/brm /run/brm /run/brm-neo4j
COPY --from=build /opt/brm /opt/brm
ENV PATH=/opt/brm/bin:$PATH \
    HOME=/var/lib/brm \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BRM_HOST=0.0.0.0 \
    BRM_PORT=8000 \
    BRM_STORE=sqlite:////var/lib/brm/brm.sqlite
USER ${USER_ID}:${USER_ID}
WORKDIR /var/lib/brm
VOLUME /var/lib/brm
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=6 \
  CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"BRM_PORT\"]}/readyz', timeout=5)"]
ENTRYPOINT ["brm"]
CMD ["serve"]
