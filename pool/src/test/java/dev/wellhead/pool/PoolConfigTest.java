// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The settings of a pool: defaults, rules, and no secrets where people read. */
class PoolConfigTest {

    private static final Duration NEGATIVE = Duration.ofMillis(-1);
    private static final Duration ABSURD = Duration.ofDays(366);

    private static PoolConfig.Builder valid() {
        return PoolConfig.builder().jdbcUrl("jdbc:postgresql://localhost/app");
    }

    @Test
    void builtByHandHasTheDefaultsOfThePage() {
        var config = valid().build();

        assertThat(config.minIdle()).isEqualTo(2);
        assertThat(config.maxSize()).isEqualTo(20);
        assertThat(config.acquireTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.connectTimeout()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.idleTimeout()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.maxWaiting()).isEqualTo(100_000);
        assertThat(config.validationTimeout()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxLifetime()).isEqualTo(Duration.ofMinutes(30));
        assertThat(config.maxLifetimeJitter()).isEqualTo(0.25);
        assertThat(config.keepaliveInterval()).isEqualTo(Duration.ofMinutes(2));
        assertThat(config.leakThreshold()).isEqualTo(Duration.ofSeconds(60));
        assertThat(config.createRetryInterval()).isEqualTo(Duration.ofMillis(200));
        assertThat(config.closeTimeout()).isEqualTo(Duration.ofSeconds(5));
        assertThat(config.housekeeperInterval()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.maxUses()).isZero();
        assertThat(config.autoCommit()).isTrue();
        assertThat(config.readOnly()).isFalse();
        assertThat(config.startMode()).isEqualTo(StartMode.WAIT);
        assertThat(config.startRetries()).isEqualTo(3);
        assertThat(config.startRetryDelay()).isEqualTo(Duration.ofSeconds(1));
        assertThat(config.validationQuery()).isEmpty();
    }

    static Stream<Arguments> violations() {
        var table = Stream.<Arguments>builder();
        table.add(row("name", "", b -> b.name("")));
        table.add(row("name", "a b", b -> b.name("a b")));
        table.add(row("name", "x".repeat(65), b -> b.name("x".repeat(65))));
        table.add(row("url", "", b -> b.jdbcUrl(" ")));
        table.add(row("url", "postgres://localhost/app", b -> b.jdbcUrl("postgres://localhost/app")));
        table.add(row("max-size", "0", b -> b.maxSize(0)));
        table.add(row("max-size", "-1", b -> b.maxSize(-1)));
        table.add(row("max-size", "10001", b -> b.maxSize(10_001)));
        table.add(row("min-idle", "-1", b -> b.minIdle(-1)));
        table.add(row("min-idle", "21", b -> b.minIdle(21)));
        table.add(row("max-waiting", "-1", b -> b.maxWaiting(-1)));
        table.add(row("max-uses", "-1", b -> b.maxUses(-1)));
        table.add(row("start-retries", "-1", b -> b.startRetries(-1)));
        table.add(row("start-retries", "1000001", b -> b.startRetries(1_000_001)));
        table.add(row("max-lifetime-jitter", "-0.1", b -> b.maxLifetimeJitter(-0.1)));
        table.add(row("max-lifetime-jitter", "0.95", b -> b.maxLifetimeJitter(0.95)));
        table.add(row("max-lifetime-jitter", "NaN", b -> b.maxLifetimeJitter(Double.NaN)));
        table.add(row("keepalive-interval", "PT31M", b -> b.keepaliveInterval(Duration.ofMinutes(31))));
        table.add(row(
                "leak-reclaim-after",
                "PT5S",
                b -> b.leakThreshold(Duration.ZERO).leakReclaimAfter(Duration.ofSeconds(5))));
        table.add(row("leak-reclaim-after", "PT5S", b -> b.leases(false).leakReclaimAfter(Duration.ofSeconds(5))));
        table.add(row("init-sql", "", b -> b.initSql(" ")));
        table.add(row("validation-query", "", b -> b.validationQuery("")));
        table.add(row("catalog", "", b -> b.catalog("")));
        table.add(row("schema", "", b -> b.schema(" ")));
        table.add(row("lanes", "default", b -> b.lanes(List.of(Lane.of("default", 0, 1)))));
        table.add(row("lanes", "a b", b -> b.lanes(List.of(Lane.of("a b", 0, 1)))));
        table.add(row("lanes", "", b -> b.lanes(List.of(Lane.of("", 0, 1)))));
        table.add(row("lanes", "x", b -> b.lanes(List.of(Lane.of("x", 0, 1), Lane.of("x", 0, 2)))));
        table.add(row("lanes", "x=-1..1", b -> b.lanes(List.of(Lane.of("x", -1, 1)))));
        table.add(row("lanes", "x=0..0", b -> b.lanes(List.of(Lane.of("x", 0, 0)))));
        table.add(row("lanes", "x=3..2", b -> b.lanes(List.of(Lane.of("x", 3, 2)))));
        table.add(row("lanes", "x=0..21", b -> b.lanes(List.of(Lane.of("x", 0, 21)))));
        table.add(row("lanes", "21", b -> b.lanes(List.of(Lane.of("x", 20, 20), Lane.of("y", 1, 1)))));
        table.add(row(
                "lanes",
                "20",
                b -> b.lanes(
                        List.of(Lane.of("x", 19, 20).kept(), Lane.of("y", 1, 1).kept()))));
        durations().forEach((key, setter) -> {
            var zeroMeansOff = Set.of(
                            "validate-after-idle",
                            "idle-timeout",
                            "max-lifetime",
                            "keepalive-interval",
                            "quiet-after",
                            "leak-threshold",
                            "leak-reclaim-after",
                            "max-replica-lag",
                            "statement-timeout",
                            "idle-in-transaction-timeout",
                            "start-retry-delay")
                    .contains(key);
            if (!zeroMeansOff) {
                table.add(row(key, "PT0S", b -> setter.set(b, Duration.ZERO)));
            }
            table.add(row(key, NEGATIVE.toString(), b -> setter.set(b, NEGATIVE)));
            // Else the keepalive would be longer than the lifetime besides.
            table.add(row(key, ABSURD.toString(), b -> setter.set(b.maxLifetime(Duration.ZERO), ABSURD)));
        });
        return table.build();
    }

    private interface DurationSetter {
        PoolConfig.Builder set(PoolConfig.Builder builder, Duration value);
    }

    private static Map<String, DurationSetter> durations() {
        return Map.ofEntries(
                Map.entry("acquire-timeout", PoolConfig.Builder::acquireTimeout),
                Map.entry("connect-timeout", PoolConfig.Builder::connectTimeout),
                Map.entry("validation-timeout", PoolConfig.Builder::validationTimeout),
                Map.entry("validate-after-idle", PoolConfig.Builder::validateAfterIdle),
                Map.entry("idle-timeout", PoolConfig.Builder::idleTimeout),
                Map.entry("max-lifetime", PoolConfig.Builder::maxLifetime),
                Map.entry("keepalive-interval", PoolConfig.Builder::keepaliveInterval),
                Map.entry("quiet-after", PoolConfig.Builder::quietAfter),
                Map.entry("leak-threshold", PoolConfig.Builder::leakThreshold),
                Map.entry("leak-reclaim-after", PoolConfig.Builder::leakReclaimAfter),
                Map.entry("max-replica-lag", PoolConfig.Builder::maxReplicaLag),
                Map.entry("create-retry-interval", PoolConfig.Builder::createRetryInterval),
                Map.entry("close-timeout", PoolConfig.Builder::closeTimeout),
                Map.entry("housekeeper-interval", PoolConfig.Builder::housekeeperInterval),
                Map.entry("statement-timeout", PoolConfig.Builder::statementTimeout),
                Map.entry("idle-in-transaction-timeout", PoolConfig.Builder::idleInTransactionTimeout),
                Map.entry("start-retry-delay", PoolConfig.Builder::startRetryDelay));
    }

    private static Arguments row(String key, String value, UnaryOperator<PoolConfig.Builder> change) {
        return Arguments.of(key, value, change);
    }

    @ParameterizedTest(name = "{0}={1}")
    @MethodSource("violations")
    void refusesByKeyValueRuleAndFix(String key, String value, UnaryOperator<PoolConfig.Builder> change) {
        assertThatThrownBy(() -> change.apply(valid()).build())
                .isInstanceOfSatisfying(ConfigException.class, refused -> {
                    assertThat(refused.violations()).hasSize(1);
                    var violation = refused.violations().get(0);
                    assertThat(violation.key()).isEqualTo(key);
                    assertThat(violation.value()).isEqualTo(value);
                    assertThat(violation.rule()).isNotBlank();
                    assertThat(violation.fix()).isNotBlank();
                    assertThat(refused).hasMessageContaining("1 problem").hasMessageContaining(violation.toString());
                });
    }

    @Test
    void tableOfDurationsForgetsNone() {
        var inRecord = Arrays.stream(PoolConfig.class.getRecordComponents())
                .filter(component -> component.getType() == Duration.class)
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        assertThat(durations().keySet()).isEqualTo(inRecord);
    }

    /** A component with no row in the table must be one of which every value is good. */
    @Test
    void tableOfViolationsForgetsNoComponent() {
        var everyValueIsGood = Set.of(
                "credentials",
                "driver-properties",
                "admission",
                "nested-acquire",
                "replica-reads",
                "isolation",
                "application-name",
                "start-mode",
                // Its rules and rows come with what reads it.
                "lanes");
        var withRows = violations()
                .map(row -> String.valueOf(row.get()[0]).equals("url") ? "jdbc-url" : String.valueOf(row.get()[0]))
                .collect(Collectors.toSet());
        var missing = Arrays.stream(PoolConfig.class.getRecordComponents())
                .filter(component -> component.getType() != boolean.class)
                .map(component ->
                        component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                .filter(key -> !withRows.contains(key) && !everyValueIsGood.contains(key))
                .collect(Collectors.toSet());
        assertThat(missing).isEmpty();
    }

    @Test
    void listsAllViolationsAtOnce() {
        assertThatThrownBy(() -> PoolConfig.builder()
                        .name("no good")
                        .maxSize(-5)
                        .minIdle(-1)
                        .acquireTimeout(Duration.ZERO)
                        .maxLifetimeJitter(2)
                        .initSql("")
                        .build())
                .isInstanceOfSatisfying(
                        ConfigException.class,
                        refused -> assertThat(refused.violations())
                                .extracting(ConfigException.Violation::key)
                                .containsExactlyInAnyOrder(
                                        "name",
                                        "url",
                                        "max-size",
                                        "min-idle",
                                        "acquire-timeout",
                                        "max-lifetime-jitter",
                                        "init-sql"))
                .hasMessageStartingWith("Invalid configuration of pool no good: 7 problems");
    }

    @Test
    void conflictNamesBothSides() {
        assertThatThrownBy(() -> valid().maxSize(3).minIdle(4).build())
                .hasMessageContaining("min-idle=4: must not exceed max-size=3; lower min-idle to at most 3 or raise"
                        + " max-size to at least 4");
        assertThatThrownBy(() -> valid().maxLifetime(Duration.ofMinutes(1)).build())
                .hasMessageContaining("keepalive-interval=PT2M: must not exceed max-lifetime=PT1M");
    }

    @Test
    void edgesOfTheRangesAreAccepted() {
        var config = valid().maxSize(1)
                .minIdle(1)
                .maxWaiting(0)
                .maxLifetimeJitter(0.9)
                .idleTimeout(Duration.ZERO)
                .maxLifetime(Duration.ZERO)
                .keepaliveInterval(Duration.ZERO)
                .leakThreshold(Duration.ZERO)
                .validateAfterIdle(Duration.ZERO)
                .startRetryDelay(Duration.ZERO)
                .startRetries(0)
                .acquireTimeout(Duration.ofNanos(1))
                .connectTimeout(Duration.ofDays(365))
                .build();
        assertThat(config.minIdle()).isEqualTo(1);
        assertThat(valid().maxSize(10_000).minIdle(10_000).build().maxSize()).isEqualTo(10_000);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jdbc:postgresql://h/d?user=app&password=canary | jdbc:postgresql://h/d | app | canary",
                "jdbc:postgresql://h/d?password=can%26ary&sslmode=require&user=a%40b"
                        + " | jdbc:postgresql://h/d?sslmode=require | a@b | can&ary",
                "jdbc:postgresql://app:canary@h:5432/d | jdbc:postgresql://h:5432/d | app | canary",
                "jdbc:postgresql://app:can%2Fary@h/d?x=1 | jdbc:postgresql://h/d?x=1 | app | can/ary",
                "jdbc:postgresql://app:can@ary@h/d | jdbc:postgresql://h/d | app | can@ary",
                "jdbc:postgresql://app:can/ary@h/d | jdbc:postgresql://h/d | app | can/ary",
                "jdbc:sqlserver://h:1433;databaseName=d;user=sa;password=canary;encrypt=true"
                        + " | jdbc:sqlserver://h:1433;databaseName=d;encrypt=true | sa | canary",
                "jdbc:h2:mem:d;USER=sa;PASSWORD=canary | jdbc:h2:mem:d | sa | canary",
                "jdbc:mariadb://h/d?user=app&password=canary | jdbc:mariadb://h/d | app | canary",
                "jdbc:oracle:thin:app/canary@//h:1521/s | jdbc:oracle:thin:@//h:1521/s | app | canary",
                "jdbc:oracle:thin:app/canary@h:1521:s?a=b@c | jdbc:oracle:thin:@h:1521:s?a=b@c | app | canary",
                "jdbc:oracle:thin:app/\"can@/ary\"@h:1521:s | jdbc:oracle:thin:@h:1521:s | app | can@/ary",
                "jdbc:oracle:thin:app/can?ary@h:1521:s | jdbc:oracle:thin:@h:1521:s | app | can?ary",
                "jdbc:db2://h:50000/d:user=app;password=canary;a=b; | jdbc:db2://h:50000/d:a=b; | app | canary",
            })
    void takesLoginOutOfTheUrl(String url, String shown, String user, String password) throws Exception {
        var config = PoolConfig.builder().jdbcUrl(url).build();

        assertThat(config.jdbcUrl()).isEqualTo(shown);
        var login = config.credentials().credentials();
        assertThat(login.username()).isEqualTo(user);
        assertThat(login.password().reveal()).isEqualTo(password);
        assertThat(config.toString()).doesNotContain(password).doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "jdbc:mysql://(host=h,user=u,password=can)ary)/d",
                "jdbc:mysql://address=(host=h)(password=canary)/d",
                "jdbc:db2://h/d:sslTrustStorePassword=canary;",
                "jdbc:sqlserver://h;trustStorePassword={can;ary}",
            })
    void showsNoSecretOfAUrlThatIsKeptAsItIs(String url) {
        var config = PoolConfig.builder().jdbcUrl(url).build();
        assertThat(config.toString()).doesNotContain("can").doesNotContain("ary");
        assertThat(config.shownUrl()).doesNotContain("ary");
    }

    @Test
    void showsNoSecretAnywhere() {
        var config = valid().jdbcUrl("jdbc:postgresql://h/d?user=app&password=canary1&sslpassword=canary2")
                .driverProperty("password", "canary3")
                .driverProperty("trustStorePassword", "canary4")
                .driverProperty("sslkey", "canary5")
                .driverProperty("ApplicationName", "orders")
                .build();

        assertThat(config.toString()).doesNotContain("canary").contains("max").contains("orders");
        assertThat(config.credentials().toString()).doesNotContain("canary");
        assertThat(config.driverProperties()).containsEntry("sslkey", "canary5");
        assertThatThrownBy(() -> PoolConfig.builder()
                        .jdbcUrl("postgres://app:canary@h/d?password=canary")
                        .build())
                .isInstanceOf(ConfigException.class)
                .satisfies(e -> assertThat(e.toString()).doesNotContain("canary"));
    }

    @Test
    void longestUrlIsTakenApart() throws Exception {
        var password = "x".repeat(50_000);
        var config =
                valid().jdbcUrl("jdbc:postgresql://app:" + password + "@h/d").build();
        assertThat(config.jdbcUrl()).isEqualTo("jdbc:postgresql://h/d");
        assertThat(config.credentials().credentials().password().reveal()).isEqualTo(password);
    }

    @Test
    void explicitLoginWinsOverTheUrl() throws Exception {
        var config = PoolConfig.builder()
                .jdbcUrl("jdbc:postgresql://h/d?user=fromurl&password=one")
                .username("explicit")
                .build();
        assertThat(config.credentials().credentials()).isEqualTo(Credentials.of("explicit", "one"));
    }

    @Test
    void toBuilderKeepsEverything() {
        var config = valid().jdbcUrl("jdbc:postgresql://h/d?user=app&password=secret")
                .name("orders")
                .maxSize(7)
                .minIdle(3)
                .maxUses(11)
                .quietAfter(Duration.ofMinutes(5))
                .initSql("SET x = 1")
                .validationQuery("SELECT 1")
                .isolation(Isolation.SERIALIZABLE)
                .schema("s")
                .catalog("c")
                .readOnly(true)
                .autoCommit(false)
                .pooled(true)
                .applicationName("a")
                .startMode(StartMode.LAZY)
                .driverProperty("k", "v")
                .build();
        assertThat(config.toBuilder().build()).isEqualTo(config);
    }

    @Test
    void toBuilderKeepsTheOtherHalfOfTheLogin() throws Exception {
        var config =
                valid().jdbcUrl("jdbc:postgresql://h/d?user=app&password=old").build();

        assertThat(config.toBuilder().password("new").build().credentials().credentials())
                .isEqualTo(Credentials.of("app", "new"));
        assertThat(config.toBuilder()
                        .jdbcUrl("jdbc:postgresql://other/d?user=b&password=c")
                        .build()
                        .credentials()
                        .credentials())
                .isEqualTo(Credentials.of("b", "c"));
    }
}
