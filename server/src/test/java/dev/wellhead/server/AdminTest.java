// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.wellhead.config.MetricsAccess;
import dev.wellhead.config.ServerConfig;
import dev.wellhead.database.DatabaseManager;
import dev.wellhead.pool.Lease;
import dev.wellhead.pool.PoolState;
import dev.wellhead.pool.Secret;
import dev.wellhead.testkit.OwnThread;
import dev.wellhead.testkit.PostgresServer;
import java.net.InetAddress;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** What operators can do over HTTP, and who cannot. */
class AdminTest {

    /** Enough for a slow machine, where not every second sees as many as are allowed in one. */
    private static final int MOST_TRIES = 400;

    private static final String TOKEN = "a-token-for-operators";
    private static final ServerConfig CONFIG = Databases.ANY_PORT.withAdminToken(Secret.of(TOKEN));

    private static PostgresServer postgres;
    private static DatabaseManager manager;

    private final Logger log = (Logger) LoggerFactory.getLogger("dev.wellhead.server");
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private WellheadServer server;

    /** One raw answer. */
    private record Answer(int status, String head, String body) {}

    @BeforeAll
    static void open() {
        postgres = PostgresServer.start();
        manager = Databases.open(Databases.config("orders", postgres.jdbcUrl()));
    }

    @AfterAll
    static void close() {
        manager.close();
        postgres.close();
    }

    @BeforeEach
    void start() {
        server = WellheadServer.start(manager, CONFIG, "local", (database, settings) -> {
            throw new IllegalArgumentException("no key here: " + settings.keySet());
        });
        lines.start();
        log.addAppender(lines);
    }

    @AfterEach
    void stop() {
        log.detachAppender(lines);
        server.close();
    }

    @Test
    void pauseAndResumeAreDoneAndAudited() throws Exception {
        var paused = post("pause", "{\"database\":\"orders\"}");

        assertThat(paused.status()).isEqualTo(200);
        assertThat(paused.body()).contains("\"action\":\"pause\"", "\"database\":\"orders\"", "\"state\":\"paused\"");
        assertThat(manager.database("orders").snapshot().state()).isEqualTo(PoolState.PAUSED);
        assertThat(post("resume", "{\"database\":\"orders\"}").body()).contains("\"state\":\"running\"");
        assertThat(manager.database("orders").snapshot().state()).isEqualTo(PoolState.RUNNING);
        assertThat(logged())
                .contains(
                        "admin action pool=orders action=pause by=127.0.0.1 result=done",
                        "admin action pool=orders action=resume by=127.0.0.1 result=done");
    }

    @Test
    void drainSaysWhoStillHoldsAConnection() throws Exception {
        try (var held = acquire("holder")) {
            var drained = post("drain", "{\"database\":\"orders\",\"deadlineMs\":50}");

            assertThat(drained.status()).isEqualTo(200);
            assertThat(drained.body()).contains("\"complete\":false", "\"operation\":\"holder\"");
            assertThat(held.isValid(1)).isTrue();
        } finally {
            post("resume", "{\"database\":\"orders\"}");
        }
    }

    @Test
    void evictAndResetReplaceConnections() throws Exception {
        long first;
        try (var held = acquire("holder")) {
            first = lease("holder").connectionId();
            assertThat(held.isValid(1)).isTrue();
            assertThat(post("evict", "{\"database\":\"orders\",\"connectionId\":" + first + "}")
                            .body())
                    .contains("\"result\":{\"idle\":0,\"active\":1}");
        }
        try (var held = acquire("holder")) {
            assertThat(lease("holder").connectionId()).isNotEqualTo(first);
            assertThat(post("evict", "{\"database\":\"orders\"}").body()).contains("\"active\":1}");
            assertThat(post("reset", "{\"database\":\"orders\"}").status()).isEqualTo(200);
            assertThat(held.isValid(1)).isTrue();
        }
        assertThat(post("evict", "{\"database\":\"orders\",\"connectionId\":" + first + "}")
                        .status())
                .isEqualTo(404);
    }

    @Test
    void cancelHitsTheLeaseThatIsNamed() throws Exception {
        try (var held = acquire("export");
                var statement = held.createStatement()) {
            var failed = CompletableFuture.supplyAsync(() -> sqlState(statement), OwnThread.EACH);
            await().until(() -> lease("export").running());
            var lease = lease("export");
            var other = body(lease, lease.number() + 1);

            assertThat(post("cancel", other).status()).isEqualTo(404);
            assertThat(lease("export").running()).isTrue();
            assertThat(post("cancel", body(lease, lease.number())).body())
                    .contains("\"operation\":\"export\"", "\"sql\":\"SELECT pg_sleep(?)\"");
            assertThat(failed.get()).isEqualTo("57W02");
        }
        try (var held = acquire("idle")) {
            assertThat(held.isValid(1)).isTrue();
            var answer = post("cancel", body(lease("idle"), lease("idle").number()));
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.body()).contains("no statement runs in this lease");
        }
    }

    @Test
    void settingsThatAreRefusedAreToldInTheirOwnWords() throws Exception {
        var answer = post("reconfigure", "{\"database\":\"orders\",\"settings\":{\"pool.colour\":\"red\"}}");

        assertThat(answer.status()).isEqualTo(422);
        assertThat(answer.body()).contains("no key here: [pool.colour]");
        assertThat(logged()).contains("admin action pool=orders action=reconfigure by=127.0.0.1 result=422");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "pause|{\"database\":\"other\"}|404|database must be one of [orders]",
                "pause|{}|400|database is missing",
                "pause|[]|400|the body must be a JSON object with the fields [database]",
                "pause|{\"database\":\"orders\"|400|cannot be read as JSON",
                "pause|{\"database\":\"orders\"} x|400|cannot be read as JSON",
                "pause|{\"database\":\"orders\",\"database\":\"b\"}|400|cannot be read as JSON",
                "pause|{\"database\":\"orders\",\"force\":true}|400|unknown fields [force]: the fields are [database]",
                "drain|{\"database\":\"orders\",\"deadlineMs\":-1}|400|deadlineMs must be a whole number from 0 to 60000",
                "drain|{\"database\":\"orders\",\"deadlineMs\":\"5\"}|400|deadlineMs must be a whole number from 0 to 60000",
                "cancel|{\"database\":\"orders\"}|400|connectionId is missing",
                "cancel|{\"database\":\"orders\",\"connectionId\":99}|404|has ended",
                "evict|{\"database\":\"orders\",\"connectionId\":\"1\"}|400|connectionId is missing",
                "reconfigure|{\"database\":\"orders\"}|400|settings is missing"
            })
    void wrongBodiesAreNamedWithTheirRule(String action, String body, int status, String text) throws Exception {
        var answer = post(action, body);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.body()).contains(text.replace("\"", "\\\""));
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer a-token-for-operators, 200",
        "bearer a-token-for-operators, 200",
        "Bearer a-token-for-operator, 401",
        "Basic a-token-for-operators, 401",
        "X, 401"
    })
    void onlyTheTokenLetsIn(String authorization, int status) throws Exception {
        var answer =
                send("resume", "Authorization: " + authorization + "\r\nContent-Type: application/json\r\n", RESUME);

        assertThat(answer.status()).isEqualTo(status);
        assertThat(answer.head().contains("WWW-Authenticate: Bearer")).isEqualTo(status == 401);
    }

    /** What a page of another site can make a browser send, even if it knew the token. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: text/plain|415",
                "Content-Type: application/x-www-form-urlencoded|415",
                "Content-Type: multipart/form-data; boundary=x|415",
                "X-None: none|415",
                "Content-Type: application/json~Origin: https://evil.example|403",
                "Content-Type: application/json~Origin: null|403",
                "Content-Type: application/json~Origin: http://localhost:1|403",
                "Content-Type: application/json~Sec-Fetch-Site: cross-site|403",
                "Content-Type: application/json~Sec-Fetch-Site: same-site|403",
                "Content-Type: application/json; charset=utf-8~Origin: http://localhost~Sec-Fetch-Site: same-origin|200"
            })
    void pagesOfOtherSitesCannotAct(String headers, int status) throws Exception {
        manager.database("orders").dataSource().pause();
        try {
            var answer = send(
                    "resume",
                    "Authorization: Bearer " + TOKEN + "\r\n" + headers.replace("~", "\r\n") + "\r\n",
                    RESUME);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(manager.database("orders").snapshot().state())
                    .isEqualTo(status == 200 ? PoolState.RUNNING : PoolState.PAUSED);
        } finally {
            manager.database("orders").dataSource().resume();
        }
    }

    @Test
    void nameThatOnlyLeadsToLoopbackCannotAct() throws Exception {
        var answer = raw("POST /api/admin/resume HTTP/1.1\r\nHost: evil.example\r\nAuthorization: Bearer " + TOKEN
                + "\r\nContent-Type: application/json\r\nContent-Length: " + RESUME.length()
                + "\r\nConnection: close\r\n\r\n" + RESUME);

        assertThat(answer.status()).isEqualTo(403);
    }

    @Test
    void largeBodiesAreRefusedWithAndWithoutLength() throws Exception {
        var large = "{\"database\":\"" + "x".repeat(HttpListener.MAX_BODY_BYTES) + "\"}";
        var chunk = Integer.toHexString(large.length()) + "\r\n" + large + "\r\n0\r\n\r\n";

        assertThat(post("pause", large).status()).isEqualTo(413);
        assertThat(raw("POST /api/admin/pause HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + TOKEN
                                + "\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n"
                                + "Connection: close\r\n\r\n" + chunk)
                        .status())
                .isEqualTo(413);
    }

    @Test
    void tooManyActionsAndTooManyGuessesAreHeldBack() throws Exception {
        var statuses = new ArrayList<Integer>();
        Answer last = null;
        for (int i = 0; i < MOST_TRIES && !statuses.contains(429); i++) {
            last = post("resume", RESUME);
            statuses.add(last.status());
        }
        assertThat(statuses).contains(200, 429).hasSizeGreaterThan(AdminAccess.PER_SECOND);
        assertThat(last.head()).contains("Retry-After: 1");

        var guesses = new ArrayList<Integer>();
        for (int i = 0; i < MOST_TRIES && !guesses.contains(429); i++) {
            guesses.add(send("resume", "Authorization: Bearer wrong\r\nContent-Type: application/json\r\n", RESUME)
                    .status());
        }
        assertThat(guesses).contains(401, 429).hasSizeGreaterThan(Tokens.FAILED_PER_SECOND);
        assertThat(logged()).anyMatch(line -> line.startsWith("admin refused path=/api/admin/resume by=127.0.0.1"));
        assertThat(logged()).noneMatch(line -> line.contains("wrong") || line.contains(TOKEN));
    }

    @Test
    void withoutTokenThePathsAreAsIfNotThere() throws Exception {
        try (var without = Databases.serve(manager)) {
            var answer = new Http(without).send("POST", "/api/admin/pause");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.json().path("detail").asText()).contains("server.admin-token switches it on");
        }
    }

    @Test
    void tokenOfOperatorsReadsToo() throws Exception {
        var config = new ServerConfig("0.0.0.0", 0, Duration.ofSeconds(5)).withAdminToken(Secret.of(TOKEN));
        try (var open = WellheadServer.start(manager, config, "local")) {
            assertThat(raw(
                                    open,
                                    "GET /api/leases HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer "
                                            + TOKEN + "\r\n\r\n")
                            .status())
                    .isEqualTo(200);
            assertThat(raw(open, "GET /api/leases HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                            .status())
                    .isEqualTo(403);
        }
    }

    @Test
    void metricsHaveASwitchOfTheirOwn() throws Exception {
        var guarded = new ServerConfig("127.0.0.1", 0, Duration.ofSeconds(5), false, Secret.of("a-token-for-readers"))
                .withMetrics(MetricsAccess.TOKEN);
        try (var one = WellheadServer.start(manager, guarded, "local");
                var off = WellheadServer.start(manager, Databases.ANY_PORT.withMetrics(MetricsAccess.OFF), "local")) {
            assertThat(new Http(one).status("/metrics")).isEqualTo(401);
            assertThat(new Http(one).status("/health")).isEqualTo(200);
            assertThat(new Http(off).status("/metrics")).isEqualTo(404);
        }
    }

    @Test
    void methodsOfThePathAreSaid() throws Exception {
        var get = new Http(server).get("/api/admin/pause");
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.header("Allow")).isEqualTo("POST");
        assertThat(new Http(server).send("POST", "/health").header("Allow")).isEqualTo("GET, HEAD");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"/health", "/metrics", "/api/leases", "/api/admin/pause", "/nowhere", "/api/statements?limit=0"})
    void everyAnswerForbidsFramesAndGuessingOfTypes(String path) throws Exception {
        for (var method : List.of("GET", "OPTIONS")) {
            var answer = new Http(server).send(method, path);
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
            assertThat(answer.header("Content-Security-Policy"))
                    .isEqualTo("default-src 'none'; frame-ancestors 'none'");
        }
        assertThat(raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .head())
                .contains("X-Frame-Options: DENY", "X-Content-Type-Options: nosniff");
    }

    @Test
    void hostileTextsAreNoMarkup() throws Exception {
        var hostile = "</script><img src=x onerror=alert(1)>\u2028\"'";
        try (var held = acquire(hostile);
                var statement = held.createStatement()) {
            statement.execute("SELECT 1 AS \"</script><b>\"");

            var answer = new Http(server).get("/api/leases");

            assertThat(answer.contentType()).startsWith("application/json");
            assertThat(answer.raw().body()).doesNotContain("<", ">", "\u2028");
            var lease = answer.json().path("leases").path(0);
            assertThat(lease.path("operation").asText()).isEqualTo(hostile);
            assertThat(lease.path("sql").asText()).contains("</script>");
        }
        assertThatThrownBy(() -> lease(hostile)).isInstanceOf(java.util.NoSuchElementException.class);
    }

    private static final String RESUME = "{\"database\":\"orders\"}";

    private static Connection acquire(String operation) throws SQLException {
        return manager.database("orders").dataSource().getConnection(operation, Duration.ofSeconds(10));
    }

    private static Lease lease(String operation) {
        return manager.database("orders").leases().stream()
                .filter(lease -> lease.operation().equals(operation))
                .findFirst()
                .orElseThrow();
    }

    private static String body(Lease lease, int number) {
        return Map.of("\"database\"", "\"orders\"", "\"connectionId\"", lease.connectionId(), "\"lease\"", number)
                .toString()
                .replace('=', ':');
    }

    private static String sqlState(java.sql.Statement statement) {
        try {
            statement.execute("SELECT pg_sleep(60)");
            return "";
        } catch (SQLException e) {
            return e.getSQLState();
        }
    }

    private List<String> logged() {
        return List.copyOf(lines.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private Answer post(String action, String body) throws Exception {
        return send(action, "Authorization: Bearer " + TOKEN + "\r\nContent-Type: application/json\r\n", body);
    }

    private Answer send(String action, String headers, String body) throws Exception {
        return raw("POST /api/admin/" + action + " HTTP/1.1\r\nHost: localhost\r\n" + headers + "Content-Length: "
                + body.getBytes(UTF_8).length + "\r\nConnection: close\r\n\r\n" + body);
    }

    private Answer raw(String request) throws Exception {
        return raw(server, request);
    }

    private static Answer raw(WellheadServer asked, String request) throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), asked.port())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            var answer = new String(socket.getInputStream().readAllBytes(), UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            return new Answer(
                    Integer.parseInt(answer.split(" ", 3)[1]), answer.substring(0, end), answer.substring(end + 4));
        }
    }
}
