// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.wellhead.config.AlertConfig;
import dev.wellhead.config.MetricsAccess;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.micrometer.WellheadMetrics;
import dev.wellhead.watch.AlertSettings;
import dev.wellhead.watch.EventLevel;
import dev.wellhead.watch.Prices;
import dev.wellhead.watch.Watch;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves health and metrics of the databases of one manager over HTTP: {@code /health/live}, {@code /health/ready},
 * {@code /health}, {@code /health/db}, {@code /api/health}, {@code /api/metrics/db} and {@code /metrics}; and, for those whom
 * {@link ReadAccess} lets in, {@code /api/statements}, {@code /api/statements/plan}, {@code /api/leases},
 * {@code /api/alerts}, {@code /api/advice}, {@code /api/threads} and the paths of the page; and, for those whom {@link
 * AdminAccess} lets in, what operators do at {@code /api/admin/}. Counts the statements of the databases for that.
 *
 * <p>Thread-safe. Health and metrics need no authentication, so it belongs on a loopback or otherwise private address. Whatever the
 * databases do, an answer takes little more than a second at most. The manager stays its owner's to close.
 *
 * @since 0.1.0
 */
public final class WellheadServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WellheadServer.class);
    private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";

    private final DatabaseManager manager;
    private final String bind;
    private final String profile;
    private final HealthWatch health;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final WellheadMetrics metrics;
    private final Watch watch;
    private final DeskBodies desk;
    private final StateStream stream;
    private final boolean isTls;
    /** Null: plain HTTP. */
    private final @Nullable Tls tls;

    private final Alerting alerting;
    private final HttpListener http;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;
    private volatile Prices prices = Prices.NONE;

    private WellheadServer(
            DatabaseManager manager,
            ServerConfig config,
            String profile,
            @Nullable SettingsChange settings,
            List<Route> more) {
        this.manager = manager;
        this.bind = config.bind();
        this.profile = profile;
        this.isTls = !config.tlsCert().isEmpty();
        this.health = new HealthWatch(manager, System::nanoTime);
        this.metrics = new WellheadMetrics(manager).withHikariNames(config.hikariMetrics());
        metrics.bindTo(registry);
        this.watch = Watch.start(manager, AlertSettings.DEFAULT);
        this.desk = new DeskBodies(manager, watch, profile, config.adminToken() != null, this::draining);
        this.stream = new StateStream(desk);
        this.alerting = new Alerting(watch);
        var routes = new ArrayList<>(routes());
        routes.addAll(Page.routes());
        metricsAccess(config.metrics())
                .ifPresent(access -> routes.add(new Route("/metrics", access, this::prometheus)));
        routes.addAll(new AdminActions(manager, settings, this::audit).routes());
        routes.addAll(more);
        Tls opened = null;
        try {
            opened = isTls ? new Tls(new TlsFiles(config.tlsCert(), config.tlsKey())) : null;
            this.http = HttpListener.start(config.bind(), config.port(), routes, stream, guards(config, opened));
            this.tls = opened;
        } catch (ServerException failed) {
            if (opened != null) {
                opened.close();
            }
            forget();
            throw failed;
        }
    }

    /**
     * Starts serving.
     *
     * @param profile the profile's name, shown as the environment
     * @throws PortInUseException when the port is taken
     * @throws BindFailedException when the address cannot be listened on
     * @throws TlsFilesException when the certificate or its key cannot be used
     */
    public static WellheadServer start(DatabaseManager manager, ServerConfig config, String profile) {
        return start(manager, config, profile, null, List.of());
    }

    /**
     * As above, letting operators change settings.
     *
     * @param settings puts them into force
     * @throws PortInUseException when the port is taken
     * @throws BindFailedException when the address cannot be listened on
     * @throws TlsFilesException when the certificate or its key cannot be used
     */
    public static WellheadServer start(
            DatabaseManager manager, ServerConfig config, String profile, SettingsChange settings) {
        return start(manager, config, profile, settings, List.of());
    }

    /** As above with more routes. */
    static WellheadServer start(DatabaseManager manager, ServerConfig config, String profile, List<Route> more) {
        return start(manager, config, profile, null, more);
    }

    private static WellheadServer start(
            DatabaseManager manager,
            ServerConfig config,
            String profile,
            @Nullable SettingsChange settings,
            List<Route> more) {
        var server = new WellheadServer(manager, config, profile, settings, more);
        LOG.info("server started bind={} port={} databases={}", server.bind, server.port(), server.names());
        return server;
    }

    /**
     * Tells alerts as that configuration wants, from the next look on, which comes within a second. Until this is called:
     * all rules as they are, and nobody but the log. May be called again at any time; never waits for anybody told.
     */
    public void alerts(AlertConfig config) {
        alerting.apply(config);
    }

    /** The port listened on; the free one taken when 0 was asked for. */
    public int port() {
        return http.port();
    }

    /** Where a client on this machine reaches the server. */
    public URI uri() {
        var host = bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind;
        return URI.create(
                (isTls ? "https://" : "http://") + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** What is served. */
    Collection<Route> served() {
        return http.routes();
    }

    /** Goes by that configuration from now on: shows it at {@code /api/config}, tells alerts as it wants, and reckons with its prices. */
    public void follow(WellheadConfig configuration) {
        desk.show(configuration);
        alerts(configuration.alerts());
        var given = configuration.prices();
        prices = new Prices(given.connectionHour(), given.databaseHour(), given.currency());
    }

    /** Whether {@link #drain} was called. */
    public boolean draining() {
        return draining;
    }

    /**
     * Turns readiness false for good, then lets running work finish: requests in progress and leases of all pools. Other
     * routes go on answering until {@link #close()}.
     *
     * @param limit longest wait for all of it; zero only looks
     * @return whether all work finished
     * @throws InterruptedException when interrupted while waiting
     */
    public boolean drain(Duration limit) throws InterruptedException {
        draining = true;
        long start = System.nanoTime();
        LOG.info("server draining port={} limitMs={}", port(), limit.toMillis());
        // Pools last: a request in progress may still need a connection.
        boolean quiet = http.awaitEarlier(limit);
        var left = limit.minusNanos(System.nanoTime() - start);
        boolean complete = manager.drain(left.isNegative() ? Duration.ZERO : left) && quiet;
        LOG.info("server drained port={} complete={} tookMs={}", port(), complete, millisSince(start));
        return complete;
    }

    /** Stops serving at once; to let work finish, {@link #drain} first. Closing twice does nothing. */
    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        stream.close();
        http.stop();
        if (tls != null) {
            tls.close();
        }
        forget();
        LOG.info("server stopped bind={}", bind);
    }

    private void forget() {
        stream.close();
        watch.close();
        alerting.close();
        metrics.close();
        health.close();
        registry.close();
    }

    private static long millisSince(long startNanos) {
        return (System.nanoTime() - startNanos) / 1_000_000;
    }

    private List<String> names() {
        return health.databases().stream().map(database -> database.name()).toList();
    }

    private static HttpListener.Guards guards(ServerConfig config, @Nullable Tls tls) {
        var tokens = new Tokens(System::nanoTime);
        return new HttpListener.Guards(
                new ReadAccess(config.bind(), config.readToken(), config.adminToken(), tokens),
                new AdminAccess(config.bind(), config.adminToken(), tokens, System::nanoTime),
                tls);
    }

    private static Optional<Route.Access> metricsAccess(MetricsAccess access) {
        return switch (access) {
            case OPEN -> Optional.of(Route.Access.OPEN);
            case TOKEN -> Optional.of(Route.Access.READ);
            case OFF -> Optional.empty();
        };
    }

    /** What operators did, one line each. */
    private void audit(AdminAction done) {
        LOG.info(
                "admin action pool={} action={} by={} result={}",
                done.database(),
                done.action(),
                done.by(),
                done.result());
        watch.events()
                .add(
                        done.database(),
                        "admin",
                        EventLevel.WARNING,
                        done.action() + " by an operator at " + done.by() + ": " + done.result());
    }

    private List<Route> routes() {
        var statements = new StatementBodies(manager, watch);
        return List.of(
                new Route("/health/live", WellheadServer::live),
                new Route("/health/ready", this::ready),
                new Route("/health", this::health),
                new Route("/health/db", this::health),
                new Route("/api/health", this::apiHealth),
                new Route("/api/metrics/db", this::databaseMetrics),
                new Route("/api/openapi.json", WellheadServer::openApi),
                new Route("/api/statements", true, statements::statements),
                new Route("/api/statements/plan", true, statements::plan),
                new Route("/api/leases", true, statements::leases),
                new Route("/api/alerts", true, request -> AlertBodies.alerts(watch)),
                new Route("/api/threads", true, request -> ThreadBodies.threads()),
                new Route(
                        "/api/advice",
                        true,
                        request -> AdviceBodies.advice(statements.databases(request), watch, prices)),
                new Route("/api/databases", true, request -> Reply.json(200, desk.databases())),
                new Route("/api/events", true, desk::events),
                new Route("/api/history", true, desk::history),
                new Route("/api/config", true, request -> desk.configuration()));
    }

    /** What all of this answers, for programs that read such documents. */
    private static Reply openApi() throws IOException {
        try (var in = WellheadServer.class.getResourceAsStream("openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("openapi.json is missing beside " + WellheadServer.class.getName());
            }
            return Reply.text("application/json", new String(in.readAllBytes(), UTF_8));
        }
    }

    /** Never looks at a database: a restart of this process would not mend one. */
    private static Reply live() {
        return Reply.json(200, new HealthBodies.Live("live", Numbers.iso(Instant.now())));
    }

    private Reply ready() throws InterruptedException {
        if (draining) {
            return Reply.json(503, HealthBodies.Ready.draining(Instant.now()));
        }
        var view = health.view();
        return Reply.json(view.status().httpStatus(), HealthBodies.Ready.of(view, Instant.now()));
    }

    private Reply health() throws InterruptedException {
        var view = health.view();
        return Reply.json(view.status().httpStatus(), HealthBodies.health(view, Instant.now()));
    }

    private Reply apiHealth() throws InterruptedException {
        var view = health.view();
        return Reply.json(view.status().httpStatus(), HealthBodies.apiHealth(view, profile, Instant.now()));
    }

    private Reply databaseMetrics() {
        return Reply.json(200, MetricsBodies.metrics(health.databases(), Instant.now()));
    }

    private Reply prometheus(Request request) {
        metrics.refresh(registry);
        return Reply.text(PROMETHEUS_TEXT, registry.scrape());
    }
}
