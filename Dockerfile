# The images of krowave's servers: one static binary each, for every platform that Go cross-compiles to.
#
#   docker buildx build --platform linux/amd64,linux/arm64 --target cmp-server --tag registry.example.com/krowave/cmp-server:v0.1.0 --push .
#   docker buildx build --platform linux/amd64,linux/arm64 --target flux-controller --tag registry.example.com/krowave/flux-controller:v0.1.0 --push .
#
# Without --target it is the Argo CD plugin. The build reads the version from Git, so the context has to be a clone with its tags.

FROM --platform=$BUILDPLATFORM golang:1.26 AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
ARG TARGETOS=linux
ARG TARGETARCH
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH go build -trimpath -ldflags="-s -w" -o /out/ ./cmd/cmp-server ./cmd/flux-controller

FROM gcr.io/distroless/static-debian12:nonroot AS flux-controller
COPY --from=build /out/flux-controller /flux-controller
COPY --from=build /src/LICENSE /LICENSE
USER 65534:65534
ENTRYPOINT ["/flux-controller"]

FROM gcr.io/distroless/static-debian12:nonroot AS cmp-server
COPY --from=build /out/cmp-server /cmp-server
COPY --from=build /src/LICENSE /LICENSE
# The user of argocd-repo-server, which shares the directory of the sockets.
USER 999:999
ENTRYPOINT ["/cmp-server"]
CMD ["serve"]
