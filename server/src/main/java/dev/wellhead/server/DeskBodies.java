// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.wellhead.config.Setting;
import dev.wellhead.config.WellheadConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.database.HealthReport;
import dev.wellhead.database.PartReport;
import dev.wellhead.database.Verdict;
import dev.wellhead.database.spi.MonitoredDatabase;
import dev.wellhead.pool.PoolSnapshot;
import dev.wellhead.watch.DeskEvent;
import dev.wellhead.watch.History;
import dev.wellhead.watch.HistorySeries;
import dev.wellhead.watch.Watch;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** What the page and the commands of an operator read: databases as they are, events, history, configuration. */
final class DeskBodies {

    private static final int USUAL_EVENTS = 200;
    private static final Pattern AFTER_BAR = Pattern.compile("_(.)");

    record Pool(
            String state,
            int active,
            int idle,
            int opening,
            int validating,
            int waiting,
            int total,
            int min,
            int max,
            BigDecimal utilizationPercent,
            BigDecimal oldestWaitMs) {

        static Pool of(PoolSnapshot pool) {
            return new Pool(
                    word(pool.state()),
                    pool.active(),
                    pool.idle(),
                    pool.opening(),
                    pool.validating(),
                    pool.waiting(),
                    pool.total(),
                    pool.minIdle(),
                    pool.maxSize(),
                    Numbers.twoDecimals(pool.utilizationPercent()),
                    Numbers.millisTwoDecimals(pool.oldestWait()));
        }
    }

    /** Of the last second; what is not known is left out. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Rates(
            @Nullable BigDecimal acquiresPerSecond,
            @Nullable BigDecimal acquireP99Ms,
            @Nullable BigDecimal callsPerSecond,
            @Nullable BigDecimal statementsPerSecond,
            @Nullable BigDecimal errorsPerSecond,
            @Nullable BigDecimal databaseMsPerSecond) {

        static Rates of(Map<HistorySeries, Double> latest) {
            return new Rates(
                    number(latest, HistorySeries.ACQUIRES),
                    number(latest, HistorySeries.ACQUIRE_P99_MS),
                    number(latest, HistorySeries.CALLS),
                    number(latest, HistorySeries.STATEMENTS),
                    number(latest, HistorySeries.ERRORS),
                    number(latest, HistorySeries.DATABASE_MS));
        }

        private static @Nullable BigDecimal number(Map<HistorySeries, Double> latest, HistorySeries series) {
            var value = latest.get(series);
            return value == null ? null : Numbers.twoDecimals(value);
        }
    }

    /**
     * One database.
     *
     * @param suspected whether a check failed, and too few in a row to call it unhealthy
     * @param level {@code ok}, {@code warning} or {@code critical}
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record One(
            String database,
            String url,
            String verdict,
            String level,
            boolean healthy,
            boolean suspected,
            int strikes,
            String summary,
            @Nullable String error,
            BigDecimal latencyMs,
            String checkedAt,
            List<String> recommendations,
            Pool pool,
            HealthBodies.Breaker breaker,
            Rates rates) {

        static One of(MonitoredDatabase database, Map<HistorySeries, Double> latest) {
            var report = database.health();
            boolean isSuspected = report.healthy() && report.strikes() > 0;
            return new One(
                    database.name(),
                    HealthBodies.shownUrl(database.config().pool().jdbcUrl()),
                    report.verdict().name(),
                    level(report, isSuspected),
                    report.healthy(),
                    isSuspected,
                    report.strikes(),
                    summary(report.verdict()),
                    report.error().orElse(null),
                    Numbers.millisTwoDecimals(report.latency()),
                    Numbers.iso(report.checkedAt()),
                    report.recommendations(),
                    Pool.of(report.pool()),
                    HealthBodies.Breaker.of(report.breaker()),
                    Rates.of(latest));
        }

        private static String level(HealthReport report, boolean isSuspected) {
            if (!report.healthy() || report.breaker().isOpen()) {
                return "critical";
            }
            return isSuspected || (report.verdict() != Verdict.HEALTHY && report.verdict() != Verdict.NOT_CHECKED)
                    ? "warning"
                    : "ok";
        }

        private static String summary(Verdict verdict) {
            return switch (verdict) {
                case HEALTHY -> "The database answers and the pool has room.";
                case DATABASE_DOWN -> "No connection can be made.";
                case NETWORK_STALL -> "The database does not answer.";
                case AUTHENTICATION -> "The login is refused.";
                case UNKNOWN_DATABASE -> "The server has no database of that name.";
                case DATABASE_OVERLOADED -> "The server admits no more connections.";
                case POOL_SATURATED -> "The database answers, but all connections are active and callers wait.";
                case LEAK_SUSPECTED ->
                    "The database answers, but callers wait for connections that are held for too long.";
                case READ_ONLY -> "The database answers, but takes no writes.";
                case NOT_CHECKED -> "Not checked yet.";
            };
        }
    }

    /** What is no database and is checked as well. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Part(
            String name,
            boolean healthy,
            String checkedAt,
            BigDecimal latencyMs,
            @Nullable String error,
            Map<String, Double> readings) {

        static Part of(PartReport part) {
            return new Part(
                    part.name(),
                    part.healthy(),
                    Numbers.iso(part.checkedAt()),
                    Numbers.millisTwoDecimals(part.latency()),
                    part.error().orElse(null),
                    part.readings());
        }
    }

    /** @param admin whether operators can act */
    record Databases(
            String timestamp,
            String version,
            String environment,
            boolean draining,
            boolean admin,
            List<One> databases,
            List<Part> parts) {}

    record Event(long id, String at, String database, String event, String severity, String text) {

        static Event of(DeskEvent event) {
            return new Event(
                    event.id(),
                    Numbers.iso(event.at()),
                    event.database(),
                    event.event(),
                    word(event.level()),
                    event.text());
        }
    }

    record Events(String timestamp, long last, long dropped, List<Event> events) {}

    record OverTime(
            String timestamp,
            String database,
            long stepSeconds,
            List<Long> time,
            Map<String, List<@Nullable Float>> series) {}

    record OneSetting(
            String database,
            String key,
            String value,
            @JsonProperty("default") String standard,
            boolean changed,
            String origin,
            String unit,
            boolean live) {

        static OneSetting of(Setting setting) {
            return new OneSetting(
                    setting.database(),
                    setting.key(),
                    setting.value(),
                    setting.standard(),
                    setting.isChanged(),
                    setting.origin(),
                    setting.unit(),
                    setting.live());
        }
    }

    record Configuration(String timestamp, String profile, String profileReason, List<OneSetting> settings) {}

    private final DatabaseManager manager;
    private final Watch watch;
    private final String profile;
    private final boolean hasAdmin;
    private final BooleanSupplier isDraining;
    private volatile @Nullable WellheadConfig shown;

    DeskBodies(DatabaseManager manager, Watch watch, String profile, boolean hasAdmin, BooleanSupplier isDraining) {
        this.manager = manager;
        this.watch = watch;
        this.profile = profile;
        this.hasAdmin = hasAdmin;
        this.isDraining = isDraining;
    }

    /** Shows that configuration from now on. */
    void show(WellheadConfig config) {
        shown = config;
    }

    Databases databases() {
        return new Databases(
                Numbers.iso(Instant.now()),
                version(),
                profile,
                isDraining.getAsBoolean(),
                hasAdmin,
                manager.monitored().stream()
                        .sorted(Comparator.comparing(MonitoredDatabase::name))
                        .map(database -> One.of(
                                database,
                                watch.history(database).map(History::latest).orElse(Map.of())))
                        .toList(),
                manager.parts().stream().map(Part::of).toList());
    }

    private static String version() {
        var version = DeskBodies.class.getPackage().getImplementationVersion();
        return version == null ? "(unpackaged)" : version;
    }

    /** Parameters: {@code after}, {@code limit}, {@code database}. */
    Reply events(Request request) {
        long after = request.number("after", 0, 0);
        int limit = (int) Math.min(Integer.MAX_VALUE, request.number("limit", USUAL_EVENTS, 1));
        return Reply.json(200, events(after, request.parameter("database").orElse(""), limit));
    }

    Events events(long after, String database, int limit) {
        var page = watch.events().after(after, database, limit);
        return new Events(
                Numbers.iso(Instant.now()),
                page.last(),
                page.dropped(),
                page.events().stream().map(Event::of).toList());
    }

    /** Parameters: {@code database}, {@code range} ({@code 1h} or {@code 24h}). */
    Reply history(Request request) {
        var database = request.database(manager);
        var range = switch (request.parameter("range").orElse("1h")) {
            case "1h" -> History.Range.HOUR;
            case "24h" -> History.Range.DAY;
            default -> throw new BadRequestException(400, "range must be 1h or 24h");
        };
        var history = watch.history(database)
                .orElseThrow(() -> new BadRequestException(404, "this database is not watched yet: ask again"));
        var columns = history.read(range);
        Map<String, List<@Nullable Float>> series = new LinkedHashMap<>();
        List<Long> times = IntStream.range(0, columns.size())
                .mapToLong(columns::epochSecond)
                .boxed()
                .toList();
        for (var name : HistorySeries.values()) {
            series.put(camelCase(name), rounded(columns, name));
        }
        return Reply.json(
                200,
                new OverTime(
                        Numbers.iso(Instant.now()),
                        database.name(),
                        range.step().toSeconds(),
                        times,
                        series));
    }

    private static List<@Nullable Float> rounded(History.Columns columns, HistorySeries name) {
        List<@Nullable Float> rounded = new ArrayList<>(columns.size());
        for (int i = 0; i < columns.size(); i++) {
            float value = columns.value(name, i);
            rounded.add(Float.isNaN(value) ? null : Math.round(value * 100) / 100f);
        }
        return rounded;
    }

    /** {@code acquireP99Ms} for {@code ACQUIRE_P99_MS}. */
    private static String camelCase(HistorySeries series) {
        return AFTER_BAR
                .matcher(word(series))
                .replaceAll(found -> found.group(1).toUpperCase(Locale.ROOT));
    }

    Reply configuration() {
        var config = shown;
        return Reply.json(
                200,
                config == null
                        ? new Configuration(Numbers.iso(Instant.now()), profile, "", List.of())
                        : new Configuration(
                                Numbers.iso(Instant.now()),
                                config.profile().text(),
                                config.profileReason(),
                                config.settings().stream().map(OneSetting::of).toList()));
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}
