// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.logback;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.WellheadDataSource;
import dev.wellhead.testkit.PostgresServer;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Each line is one object that a JSON reader takes. */
class JsonLayoutTest {

    private static final ObjectMapper READER = new ObjectMapper();

    @Test
    void linesOfARealPoolAreObjectsWithTheirFields() throws Exception {
        try (var server = PostgresServer.shared().createDatabase();
                var lines = Lines.of("json", Level.DEBUG, new JsonLayout())) {
            var before = Instant.now().minusSeconds(1);
            var config = PoolConfig.builder()
                    .name("json")
                    .jdbcUrl(server.jdbcUrl())
                    .minIdle(1)
                    .maxSize(3)
                    .closeTimeout(Duration.ofSeconds(1))
                    .build();
            new WellheadDataSource(config).close();
            var read = read(lines.all());
            assertThat(read).extracting(line -> line.get("event").asText()).contains("connection opened");
            var configured = read.get(0);
            assertThat(configured.get("event").asText()).isEqualTo("pool configured");
            assertThat(configured.get("level").asText()).isEqualTo("INFO");
            assertThat(configured.get("logger").asText()).isEqualTo("dev.wellhead.pool.internal.Pool");
            assertThat(configured.get("thread").asText())
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(configured.get("pool").asText()).isEqualTo("json");
            assertThat(configured.get("maxSize").isInt()).isTrue();
            assertThat(configured.get("maxSize").asInt()).isEqualTo(3);
            assertThat(configured.get("message").asText()).startsWith("pool configured pool=json minIdle=1 maxSize=3");
            var stamp = configured.get("timestamp").asText();
            assertThat(stamp).endsWith("Z");
            assertThat(Instant.parse(stamp)).isBetween(before, Instant.now());
            assertThat(configured.has("exception")).isFalse();
            assertThat(configured.has("trace_id")).isFalse();
        }
    }

    @Test
    void anExceptionIsBoundedAndMaskedAndTheTraceIsThere() throws Exception {
        var name = "dev.wellhead.pool.Test";
        var logger = LoggerFactory.getLogger(name);
        var failure = new SQLException("x".repeat(10_000), "08006");
        failure.initCause(new IllegalStateException("jdbc:postgresql://h/db?user=a&password=s3cret"));
        try (var lines = new Lines(
                Level.DEBUG, new JsonLayout(), event -> event.getLoggerName().equals(name))) {
            MDC.put("trace_id", "4bf92f3577b34da6a3ce929d0e0e4736");
            MDC.put("spanId", "00f067aa0ba902b7");
            try {
                logger.warn("statistics not written thread={} event={}", "other \"\\\n\u2028\ud800", 3, failure);
            } finally {
                MDC.clear();
            }
            var line = read(lines.all()).get(0);
            assertThat(lines.all().get(0)).doesNotContain("s3cret").doesNotContain("\n");
            assertThat(line.get("trace_id").asText()).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
            assertThat(line.get("span_id").asText()).isEqualTo("00f067aa0ba902b7");
            assertThat(line.get("thread").asText())
                    .isEqualTo(Thread.currentThread().getName());
            assertThat(line.get("field.thread").asText()).isEqualTo("other \"\\\n\u2028\ud800");
            assertThat(line.get("event").asText()).isEqualTo("statistics not written");
            assertThat(line.get("field.event").asInt()).isEqualTo(3);
            var errors = line.get("exception").get("errors");
            assertThat(errors).hasSize(2);
            assertThat(errors.get(0).get("sqlState").asText()).isEqualTo("08006");
            assertThat(errors.get(0).get("message").asText()).hasSizeLessThan(1_000);
        }
    }

    @Test
    void messagesOfOthersHaveNoEventAndNoFields() throws Exception {
        try (var lines = new Lines(
                Level.DEBUG, new JsonLayout(), event -> event.getLoggerName().equals("org.example.Driver"))) {
            LoggerFactory.getLogger("org.example.Driver").warn("pool opened pool={}", "x");
            var line = read(lines.all()).get(0);
            assertThat(line.get("message").asText()).isEqualTo("pool opened pool=x");
            assertThat(line.has("event")).isFalse();
            assertThat(line.has("pool")).isFalse();
        }
    }

    private static List<JsonNode> read(List<String> lines) throws Exception {
        var read = new java.util.ArrayList<JsonNode>();
        for (var line : lines) {
            read.add(READER.readTree(line));
        }
        assertThat(read).isNotEmpty();
        return read;
    }
}
