// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import dev.wellhead.config.ServerConfig;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.micrometer.WellheadMetrics;
import dev.wellhead.watch.AlertSettings;
import dev.wellhead.watch.Prices;
import dev.wellhead.watch.Watch;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves health and metrics of the databases of one manager over HTTP: {@code /health/live}, {@code /health/ready},
 * {@code /health}, {@code /health/db}, {@code /api/health}, {@code /api/metrics/db} and {@code /metrics}; and, for those whom
 * {@link ReadAccess} lets in, {@code /api/statements}, {@code /api/statements/plan}, {@code /api/leases},
 * {@code /api/alerts}, {@code /api/advice} and {@code /api/threads}. Counts the
 * statements of the databases for that.
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
    private final HttpListener http;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile boolean draining;

    private WellheadServer(DatabaseManager manager, ServerConfig config, String profile, List<Route> more) {
        this.manager = manager;
        this.bind = config.bind();
        this.profile = profile;
        this.health = new HealthWatch(manager, System::nanoTime);
        this.metrics = new WellheadMetrics(manager).withHikariNames(config.hikariMetrics());
        metrics.bindTo(registry);
        this.watch = Watch.start(manager, AlertSettings.DEFAULT);
        this.desk = new DeskBodies(manager, watch, profile, this::draining);
        this.stream = new StateStream(desk);
        var routes = new ArrayList<>(routes());
        routes.addAll(Page.routes());
        routes.addAll(more);
        try {
            this.http = HttpListener.start(
                    config.bind(), config.port(), routes, stream, new ReadAccess(config.bind(), config.readToken()));
        } catch (ServerException failed) {
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
     */
    public static WellheadServer start(DatabaseManager manager, ServerConfig config, String profile) {
        return start(manager, config, profile, List.of());
    }

    /** As above with more routes. */
    static WellheadServer start(DatabaseManager manager, ServerConfig config, String profile, List<Route> more) {
        var server = new WellheadServer(manager, config, profile, more);
        LOG.info("server started bind={} port={} databases={}", server.bind, server.port(), server.names());
        return server;
    }

    /** The port listened on; the free one taken when 0 was asked for. */
    public int port() {
        return http.port();
    }

    /** Where a client on this machine reaches the server. */
    public URI uri() {
        var host = bind.equals("0.0.0.0") || bind.equals("::") ? "127.0.0.1" : bind;
        return URI.create("http://" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port());
    }

    /** Shows that configuration at {@code /api/config} from now on. */
    public void show(WellheadConfig configuration) {
        desk.show(configuration);
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
        forget();
        LOG.info("server stopped bind={}", bind);
    }

    private void forget() {
        stream.close();
        watch.close();
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

    private List<Route> routes() {
        var statements = new StatementBodies(manager, watch);
        return List.of(
                new Route("/health/live", WellheadServer::live),
                new Route("/health/ready", this::ready),
                new Route("/health", this::health),
                new Route("/health/db", this::health),
                new Route("/api/health", this::apiHealth),
                new Route("/api/metrics/db", this::databaseMetrics),
                new Route("/metrics", this::prometheus),
                new Route("/api/statements", true, statements::statements),
                new Route("/api/statements/plan", true, statements::plan),
                new Route("/api/leases", true, statements::leases),
                new Route("/api/alerts", true, request -> AlertBodies.alerts(watch)),
                new Route("/api/databases", true, request -> Reply.json(200, desk.databases())),
                new Route("/api/events", true, desk::events),
                new Route("/api/history", true, desk::history),
                new Route("/api/config", true, request -> desk.configuration()),
                new Route("/api/threads", true, request -> ThreadBodies.threads()),
                new Route(
                        "/api/advice",
                        true,
                        request -> AdviceBodies.advice(statements.databases(request), watch, Prices.NONE)));
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

    private Reply prometheus() {
        metrics.refresh(registry);
        return Reply.text(PROMETHEUS_TEXT, registry.scrape());
    }
}
