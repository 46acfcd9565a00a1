# One image, three commands:
#   node dist/main.js                 the API (the default)
#   node dist/worker.js               the worker; run as many as you like
#   node build/simulators/main.js     the simulated sites, for trying things out
#
# It runs as user `node` and writes to standard output, the journal and the history only: mount volumes there, and the root may be
# read-only.

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
RUN cd /var/lib && mkdir -p dr-gateway/journal dr-gateway/history && chown node:node dr-gateway/*
ENV JOURNAL_DIR=/var/lib/dr-gateway/journal HISTORY_DIR=/var/lib/dr-gateway/history
VOLUME /var/lib/dr-gateway/journal /var/lib/dr-gateway/history
USER node
EXPOSE 3000
CMD ["node", "dist/main.js"]
