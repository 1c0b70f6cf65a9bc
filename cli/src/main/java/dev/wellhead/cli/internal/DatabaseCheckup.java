// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli.internal;

import dev.wellhead.cli.internal.PoolerStep.Between;
import dev.wellhead.cli.internal.ServerReading.Capacity;
import dev.wellhead.cli.internal.ServerReading.Clock;
import dev.wellhead.cli.internal.ServerReading.Rights;
import dev.wellhead.cli.internal.ServerReading.Version;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.StartMode;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.pool.spi.DriverSupport;
import dev.wellhead.pool.spi.ServerProbe;
import dev.wellhead.pool.spi.ServerProbe.Endpoint;
import java.net.InetAddress;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.ServiceLoader;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One database, looked at step by step. A step that fails for good says why the later ones cannot run. Used by one thread.
 *
 * <p>Limits: each of the steps up to the login has the database's connect timeout; afterwards each answer has
 * {@value #ANSWER_LIMIT_SECONDS} s. A host that swallows everything ends at the first step that it swallows.
 */
final class DatabaseCheckup {
    private static final int ANSWER_LIMIT_SECONDS = 5;
    private static final int QUERIES = 20;
    // The first ones load classes.
    private static final int WARM_UP_QUERIES = 3;
    private static final int CLOCK_READINGS = 5;

    private final DatabaseConfig config;
    private final Plan plan;
    private final Consumer<Step> done;
    private final PoolConfig pool;
    private final Duration limit;
    private final @Nullable DriverSupport support;
    private final @Nullable ServerProbe probe;
    private final List<Endpoint> endpoints;
    private final List<StepResult> results = new ArrayList<>();

    private String stop = "";
    private Between between = Between.NOTHING;
    private @Nullable Capacity capacity;
    private long capacityNanos;
    private int ownConnections;

    /** @param done hears of each step */
    DatabaseCheckup(DatabaseConfig config, Plan plan, Consumer<Step> done) {
        this.config = config;
        this.plan = plan;
        this.done = done;
        this.pool =
                config.pool().toBuilder().startMode(StartMode.LAZY).minIdle(0).build();
        this.limit = pool.connectTimeout().isZero() ? Duration.ofSeconds(30) : pool.connectTimeout();
        this.support = ServiceLoader.load(DriverSupport.class).stream()
                .map(ServiceLoader.Provider::get)
                .filter(found -> found.accepts(pool.jdbcUrl()))
                .findFirst()
                .orElse(null);
        this.probe = support == null ? null : support.probe().orElse(null);
        this.endpoints = probe == null ? List.of() : probe.endpoints(pool.jdbcUrl(), pool.driverProperties());
    }

    DatabaseConfig config() {
        return config;
    }

    /** Where it is, by name and port. */
    List<Endpoint> endpoints() {
        return endpoints;
    }

    /** What the server said of its connections; null when it was not asked or did not say. */
    @Nullable
    Capacity capacity() {
        return capacity;
    }

    /** Does all steps but the last, which needs to know of the other databases. */
    DatabaseCheckup run() throws Exception {
        reach();
        try (var dataSource = new WellheadDataSource(pool)) {
            var connection = login(dataSource);
            if (connection == null) {
                return this;
            }
            try {
                ask(connection, dataSource);
            } finally {
                end(connection);
            }
        }
        return this;
    }

    /** Does the last step. */
    DatabaseReport finish(List<DatabaseConfig> onThisServer) {
        var known = capacity;
        if (known == null) {
            skipRest();
        } else {
            var findings = new Findings();
            new CapacityJudge(known, onThisServer, plan.maxTotal(), plan.expectsPooler())
                    .judge(pool, between, ownConnections, findings);
            add(findings.result(Step.CONNECTIONS, capacityNanos));
        }
        return new DatabaseReport(config.name(), pool.shownUrl(), LoginJudge.user(pool), results);
    }

    private void reach() throws Exception {
        if (probe == null || endpoints.isEmpty()) {
            var reason = probe == null ? "not known for this driver" : "not reached by host and port alone";
            List.of(Step.NAMES, Step.TCP, Step.TLS).forEach(step -> add(StepResult.skipped(step, reason)));
            return;
        }
        var names = NamesStep.run(endpoints, limit);
        add(names.result());
        if (names.result().status() == Status.FAIL) {
            stop = "the host's name does not resolve";
            return;
        }
        var tcp = TcpStep.run(endpoints, names.addresses(), limit);
        add(tcp.result());
        if (tcp.endpoints().isEmpty()) {
            stop = "no address can be connected to";
            return;
        }
        boolean loopback =
                names.addresses().values().stream().flatMap(List::stream).allMatch(InetAddress::isLoopbackAddress);
        var tls = TlsStep.run(probe, pool, tcp.endpoints(), loopback, limit);
        add(tls);
        if (tls.complaints().stream().anyMatch(complaint -> complaint.kind() == Complaint.Kind.UNREACHABLE)) {
            stop = "the server does not answer";
        }
    }

    private @Nullable Connection login(WellheadDataSource dataSource) {
        if (!stop.isEmpty()) {
            return null;
        }
        long start = System.nanoTime();
        var findings = new Findings();
        try {
            var connection = dataSource.openUnpooled(limit);
            ownConnections = 1;
            findings.say("as " + LoginJudge.user(pool));
            add(findings.result(Step.LOGIN, System.nanoTime() - start));
            return connection;
        } catch (SQLException | RuntimeException e) {
            var failure = e instanceof SQLException sql ? sql : new SQLException(e.toString(), "", e);
            if (hasFailed(Step.TLS) && (Causes.isTls(failure) || Causes.isOtherProtocol(failure))) {
                add(StepResult.skipped(Step.LOGIN, "refused for what the step tls has found"));
            } else {
                new LoginJudge(pool, limit).judge(failure, findings);
                add(findings.result(Step.LOGIN, System.nanoTime() - start));
            }
            stop = "the login failed";
            return null;
        }
    }

    private boolean hasFailed(Step step) {
        return results.stream().anyMatch(result -> result.step() == step && result.status() == Status.FAIL);
    }

    private void ask(Connection connection, WellheadDataSource dataSource) throws SQLException {
        limitAnswers(connection);
        if (probe == null) {
            step(Step.VERSION, findings -> {
                var data = connection.getMetaData();
                findings.say(data.getDatabaseProductName() + " " + data.getDatabaseProductVersion());
                findings.say("driver " + data.getDriverName() + " " + data.getDriverVersion());
            });
            stop = "known for PostgreSQL only";
            return;
        }
        step(Step.VERSION, findings -> {
            var data = connection.getMetaData();
            ServerJudge.version(Version.of(connection), data.getDriverName() + " " + data.getDriverVersion(), findings);
        });
        step(Step.LATENCY, findings -> latency(connection, findings));
        step(Step.CLOCK, findings -> clock(connection, findings));
        step(
                Step.PERMISSIONS,
                findings -> ServerJudge.rights(
                        Rights.of(connection), isLimitSettable(connection), pool, plan.embedded(), findings));
        step(Step.POOLER, findings -> pooler(connection, dataSource, findings));
        if (stop.isEmpty() && plan.steps().contains(Step.CONNECTIONS)) {
            readCapacity(connection);
        }
    }

    private static void latency(Connection connection, Findings findings) throws SQLException {
        List<Long> nanos = new ArrayList<>();
        for (int i = -WARM_UP_QUERIES; i < QUERIES; i++) {
            long start = System.nanoTime();
            ServerReading.one(connection, "SELECT 1", row -> row.getInt(1));
            if (i >= 0) {
                nanos.add(System.nanoTime() - start);
            }
        }
        var times = Percentiles.of(nanos);
        times.addTo(findings);
        findings.say(QUERIES + " times SELECT 1, " + times.text());
    }

    private static void clock(Connection connection, Findings findings) throws SQLException {
        List<Clock> readings = new ArrayList<>();
        for (int i = 0; i < CLOCK_READINGS; i++) {
            readings.add(Clock.of(connection));
        }
        ServerJudge.clock(
                readings.stream()
                        .min(Comparator.comparingLong(Clock::roundTripNanos))
                        .orElseThrow(),
                findings);
    }

    private static boolean isLimitSettable(Connection connection) throws SQLException {
        ServerReading.execute(connection, "BEGIN");
        try {
            ServerReading.execute(connection, "SET LOCAL statement_timeout = '4s'");
            return true;
        } catch (SQLException refused) {
            if (Causes.sqlState(refused).startsWith("08")) {
                throw refused;
            }
            return false;
        } finally {
            ServerReading.execute(connection, "ROLLBACK");
        }
    }

    private void pooler(Connection connection, WellheadDataSource dataSource, Findings findings) throws SQLException {
        var announced = support == null ? OptionalLong.empty() : support.backendId(connection);
        var ports = endpoints.stream().map(Endpoint::port).collect(Collectors.toSet());
        var seen = PoolerStep.look(connection, announced, () -> {
            var second = dataSource.openUnpooled(limit);
            limitAnswers(second);
            return second;
        });
        between = PoolerStep.between(seen, ports);
        PoolerStep.judge(seen, between, ports, pool, findings);
    }

    private void readCapacity(Connection connection) {
        long start = System.nanoTime();
        try {
            capacity = Capacity.of(connection);
            capacityNanos = System.nanoTime() - start;
        } catch (SQLException e) {
            stop = "the server does not tell: " + Causes.text(e);
        }
    }

    /** A question to the server. */
    private interface Question {
        void ask(Findings findings) throws SQLException;
    }

    private void step(Step step, Question question) {
        if (!stop.isEmpty() || !plan.steps().contains(step)) {
            return;
        }
        long start = System.nanoTime();
        var findings = new Findings();
        try {
            question.ask(findings);
            add(findings.result(step, System.nanoTime() - start));
        } catch (SQLException e) {
            if (Causes.sqlState(e).startsWith("08") || Causes.isTimeout(e)) {
                findings.unreachable(
                        "the connection was lost while the server was asked: " + Causes.text(e),
                        "look at the server's log at this very time; a firewall in between may cut connections");
                add(findings.result(step, System.nanoTime() - start));
                stop = "the connection was lost";
            } else {
                // A relative of PostgreSQL that lacks the function asked for.
                add(StepResult.skipped(step, "the server does not tell: " + Causes.text(e)));
            }
        }
    }

    private void skipRest() {
        var done = results.stream().map(StepResult::step).collect(Collectors.toSet());
        for (var step : Step.values()) {
            if (!done.contains(step)) {
                add(StepResult.skipped(step, stop.isEmpty() ? "not known" : stop));
            }
        }
    }

    private void add(StepResult result) {
        if (plan.steps().contains(result.step())) {
            results.add(result);
            done.accept(result.step());
        }
    }

    private static void limitAnswers(Connection connection) throws SQLException {
        try {
            connection.setNetworkTimeout(Runnable::run, ANSWER_LIMIT_SECONDS * 1_000);
        } catch (SQLFeatureNotSupportedException noNetwork) {
            // A driver without it has no network to wait for.
            return;
        }
    }

    private void end(Connection connection) {
        try {
            if (stop.isEmpty()) {
                connection.close();
            } else {
                connection.abort(Runnable::run);
            }
        } catch (SQLException goneAlready) {
            // It is not used any more either way.
            return;
        }
    }
}
