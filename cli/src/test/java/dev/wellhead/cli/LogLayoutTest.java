// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.testkit.PostgresServer;
import dev.wellhead.testkit.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What {@code serve} writes to stderr by {@code log.layout}. */
@Timeout(180)
class LogLayoutTest {

    @TempDir
    private Path folder;

    private TestDatabase database;

    @BeforeEach
    void create() throws SQLException {
        database = PostgresServer.shared().createDatabase();
    }

    @AfterEach
    void drop() throws SQLException {
        database.close();
    }

    @Test
    void jsonIsOneObjectALineFromTheFirstToTheLast() throws Exception {
        Files.writeString(folder.resolve("wellhead.yaml"), "log:\n  layout: json\n");
        var lines = served(Map.of());
        var events = new ArrayList<String>();
        for (var line : lines) {
            JsonNode object = new ObjectMapper().readTree(line);
            assertThat(object.isObject()).as(line).isTrue();
            assertThat(object.get("timestamp").asText()).endsWith("Z");
            events.add(object.get("event").asText());
        }
        assertThat(events)
                .startsWith("configuration loaded")
                .contains("pool configured", "pool opened", "connection opened", "server started", "server draining")
                .contains("pool closed")
                .endsWith("server stopped", "pool closing", "connection closed", "connection closed", "pool closed");
    }

    @Test
    void classicIsForMonitorsOfOlderDeploymentsAndTakenFromTheEnvironment() throws Exception {
        var lines = served(Map.of("WELLHEAD_LOG_LAYOUT", "classic"));
        var start = "[INFO] [DATABASE] [v" + Versions.current() + "] ";
        assertThat(lines)
                .allSatisfy(line -> assertThat(line).startsWith("["))
                .contains(
                        start + "Pool configuration: min=2, max=10",
                        start + "Database connection pool initialized successfully",
                        start + "Database pool closed");
    }

    @Test
    void connectionsCanBeLeftOutByAFlag() throws Exception {
        var lines = served(Map.of(), "--set", "log.connections=false");
        assertThat(lines)
                .anyMatch(line -> line.contains(" INFO  pool opened pool=default "))
                .noneMatch(line -> line.contains("connection opened") || line.contains("connection closed"));
    }

    @Test
    void whatDriversSayIsShownFromTheLevelOnAndMasked() {
        var context = (LoggerContext) LoggerFactory.getILoggerFactory();
        var seen = new ListAppender<ILoggingEvent>();
        seen.start();
        var root = context.getLogger("ROOT");
        root.addAppender(seen);
        var driver = Logger.getLogger("org.postgresql.Wellhead");
        try {
            DriverMessages.show(context, Level.ERROR);
            driver.warning("hidden");
            driver.severe("cannot reach jdbc:postgresql://h/d?user=u&password=canary-7");
            DriverMessages.show(context, Level.WARN);
            driver.warning("shown");
        } finally {
            root.detachAppender(seen);
        }
        var said = seen.list.stream()
                .filter(event -> event.getLoggerName().equals("org.postgresql.Wellhead"))
                .map(event -> event.getLevel() + " " + event.getFormattedMessage())
                .toList();
        assertThat(said).hasSize(2);
        assertThat(said.get(0)).startsWith("ERROR cannot reach ").doesNotContain("canary-7");
        assertThat(said.get(1)).isEqualTo("WARN shown");
    }

    /** What a run of {@code serve} writes to stderr. */
    private List<String> served(Map<String, String> environment, String... flags) throws Exception {
        var all = new java.util.HashMap<>(environment);
        all.put("DATABASE_URL", database.jdbcUrl());
        var arguments = new ArrayList<>(List.of("serve", "--port", "0"));
        arguments.addAll(List.of(flags));
        try (var serve = WellheadProcess.start(folder, all, arguments.toArray(String[]::new))) {
            serve.awaitReady();
            serve.signal("TERM");
            assertThat(serve.awaitExit()).as(serve.err()).isZero();
            return serve.err().lines().toList();
        }
    }
}
