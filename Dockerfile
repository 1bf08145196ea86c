# syntax=docker/dockerfile:1
# Node strips the types by itself: there is no build, only the dependencies to fetch.

FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev

# The sample catalog of docker-compose.yml. Put your own application in its place.
FROM node:26-slim AS catalog
WORKDIR /app
COPY package.json /tmp/
RUN npm init --yes --init-type=module >/dev/null \
  && npm install --save-exact "ws@$(node -p "require('/tmp/package.json').devDependencies.ws")"
COPY demo/catalog demo/catalog
USER node
ENV HOST=0.0.0.0 PORT=4192
EXPOSE 4192
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4192/health').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "demo/catalog/main.ts"]

FROM node:26-slim AS gateway
ENV NODE_ENV=production
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY bin bin
COPY src src
COPY views views
# Where the embedded databases go when the configuration says sqlite:/var/lib/doorward/….
RUN install -d -o node -g node -m 0700 /var/lib/doorward
VOLUME /var/lib/doorward
USER node
EXPOSE 4180
# Port of "ops" in gateway.yaml; /readyz also asks the stores.
ENV DOORWARD_OPS_PORT=4181
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.DOORWARD_OPS_PORT}/readyz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "src/main.ts", "serve"]
