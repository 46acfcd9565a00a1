# One image, three commands:
#   node dist/main.js                 the API (the default)
#   node dist/worker.js               the worker; run as many as you like
#   node build/simulators/main.js     the simulated sites, for trying things out
#
# It runs as user `node` and writes to standard output, the journal, the history and the audit record only: mount volumes there, and
# the root may be read-only (docker-compose.yml does so, without any capability). What it runs belongs to root: a process that was
# taken over cannot change it. No package's own scripts are run.

FROM node:20-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json tsconfig.sandbox.json nest-cli.json ./
COPY src src
COPY simulators simulators
RUN npx nest build \
 && npx tsc -p tsconfig.sandbox.json \
 && npm prune --omit=dev --ignore-scripts

FROM node:20-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY --from=build /app/build build
RUN cd /var/lib && mkdir -p dr-gateway/journal dr-gateway/history dr-gateway/audit && chown node:node dr-gateway/* \
 && chmod 750 dr-gateway/* \
 # Nothing is installed in here any more.
 && rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /opt/yarn* /usr/local/bin/yarn*
ENV JOURNAL_DIR=/var/lib/dr-gateway/journal HISTORY_DIR=/var/lib/dr-gateway/history AUDIT_DIR=/var/lib/dr-gateway/audit
ENV AUDIT_CHECKPOINT_FILE=/var/lib/dr-gateway/audit/checkpoints.ndjson
VOLUME /var/lib/dr-gateway/journal /var/lib/dr-gateway/history /var/lib/dr-gateway/audit
# By number, so that an orchestrator can see that it is not root.
USER 1000:1000
EXPOSE 3000
CMD ["node", "dist/main.js"]
