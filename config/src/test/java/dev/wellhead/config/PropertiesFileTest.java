// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static dev.wellhead.config.Given.LOCAL;
import static dev.wellhead.config.Given.login;
import static dev.wellhead.config.Given.setting;
import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.DatabaseConfig;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The other form of the file. */
class PropertiesFileTest {

    private static final String CANARY = "c4n4ry";

    @TempDir
    Path folder;

    private Given given;

    @BeforeEach
    void setUp() {
        given = new Given(folder);
    }

    @Test
    void saysTheSameAsTheYamlFileWithItsOwnLines() {
        given.properties("""
                # where
                url = postgresql://app:s3cret@localhost:5432/shop
                ! sizes
                pool.max-size=6

                pool.driver-properties.socketTimeout: 30
                databases.orders.url postgresql://localhost/orders
                databases.orders.pool.max-size=10
                databases.orders.pool.init-sql=SET a = 1; \\
                    SET b = 2
                databases.orders.pool.acquire-timeout=7s
                """);
        var config = given.load();
        assertThat(config.databases()).extracting(DatabaseConfig::name).containsExactly("default", "orders");
        assertThat(login(config.databases().get(0)).password().reveal()).isEqualTo("s3cret");
        assertThat(config.databases().get(0).pool().driverProperties()).isEqualTo(Map.of("socketTimeout", "30"));
        assertThat(config.databases().get(1).pool().initSql()).contains("SET a = 1; SET b = 2");
        assertThat(setting(config, "pool.max-size").origin()).isEqualTo("wellhead.properties:4");
        assertThat(setting(config, "databases.orders.pool.max-size"))
                .satisfies(setting -> assertThat(
                                List.of(setting.key(), setting.value(), setting.origin(), setting.unit()))
                        .containsExactly(
                                "databases.orders.pool.max-size", "10", "wellhead.properties:8", "connections"));
        assertThat(setting(config, "databases.orders.pool.acquire-timeout").origin())
                .isEqualTo("wellhead.properties:11");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "P.a=b",
                "P.a = b ",
                "P.a:b=c",
                "P.a b c",
                "P.a\t=\tb",
                "  P.a=\\  b",
                "P.a\\=b\\ c\\:d=e",
                "P.a=b\\\n   c\\\n\td",
                "P.a=\\u00e4\\n\\t\\r\\f\\\\",
                "P.a=b\\\\\nP.c=d",
                "# c\\\nP.a=b",
                "P.a=x\r\nP.b=y\rP.c=z\n",
                "P.\u00e4=\u20ac",
                "P.a=b#c!d",
                "P.url=jdbc:x://h?a=b&c=d",
                "\fP.a\f=\fb",
                "P.a=\\\"b\\'\\#\\!",
            })
    void readsWhatJavaReads(String pattern) throws IOException {
        var text = pattern.replace("P.", "pool.driver-properties.");
        var javas = new Properties();
        javas.load(new StringReader(text));
        var statements = new Statements();
        PropertiesFile.read(text, "f", statements);
        var ours = new Properties();
        statements.said().forEach(said -> ours.setProperty(said.slot().text(), said.text()));
        assertThat(statements.problems()).isEmpty();
        assertThat(ours).isEqualTo(javas).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            `a=1;pool.max-sise=5`                 | wellhead.properties:2 | pool.max-sise | is not a known key
            `pool.max-size=5;;pool.max-size=5`    | wellhead.properties:3 | pool.max-size | stands twice: also at wellhead.properties:1
            `pool.max-size=5;pool.max-size: 6`    | wellhead.properties:2 | pool.max-size | stands twice: also at wellhead.properties:1
            `pool.max-size=`                      | wellhead.properties:1 | pool.max-size | has no value
            `pool.max-size`                       | wellhead.properties:1 | pool.max-size | has no value
            `nonsense here`                       | wellhead.properties:1 | nonsense      | is not a known key
            `password=c4n4ry\\u12G4`              | wellhead.properties:1 | password      | holds \\u without four hexadecimal digits after it
            `password=c4n4ry\\u12`                | wellhead.properties:1 | password      | holds \\u without four hexadecimal digits after it
            `#;password=c4n4ry\\d`                | wellhead.properties:2 | password      | holds a backslash that begins no escape
            `password=c4n4ry\\`                   | wellhead.properties:1 | password      | holds a backslash that begins no escape
            `pa\\qssword=c4n4ry`                  | wellhead.properties:1 |               | holds a backslash that begins no escape
            `pool.acquire-timeout=5000`           | wellhead.properties:1 | pool.acquire-timeout | is a number without a unit
            """)
    void aBadLineIsRefusedWithPlaceRuleAndMend(String text, String place, String key, String rule) {
        var problems = given.properties(text.replace(';', '\n')).problems();
        assertThat(problems).anySatisfy(problem -> {
            assertThat(problem.place()).isEqualTo(place);
            assertThat(problem.key()).isEqualTo(key == null ? "" : key);
            assertThat(problem.rule()).isEqualTo(rule);
            assertThat(problem.fix()).isNotBlank();
        });
        assertThat(problems.toString()).doesNotContain(CANARY);
    }

    @Test
    void latinOneIsRefusedWithTheLine() throws IOException {
        Files.write(folder.resolve("wellhead.properties"), "a=1\nb=\u00e4\n".getBytes(StandardCharsets.ISO_8859_1));
        assertThat(given.problem())
                .isEqualTo(Problem.error(
                        "wellhead.properties", "", "", "is not UTF-8 from line 2 on", "save it as UTF-8"));
    }

    @Test
    void bothFilesAreAnErrorThatNamesBoth() {
        given.yaml("url: " + LOCAL + "\n").properties("pool.max-size=7\n");
        assertThat(given.problem())
                .isEqualTo(Problem.error(
                        "wellhead.yaml and wellhead.properties",
                        "",
                        "",
                        "both stand in the folder",
                        "keep one of the two files"));
    }

    @Test
    void aGivenFileMayHaveEitherForm() {
        given.yaml("pool.max-size: 3\n").write("other.PROPERTIES", "pool.max-size=4\n");
        var file = folder.resolve("other.PROPERTIES");
        assertThat(setting(given.file(file).load(), "pool.max-size"))
                .extracting(Setting::value, Setting::origin)
                .containsExactly("4", file + ":1");
    }

    @Test
    void tooManyValuesAreOneError() {
        var many = new StringBuilder();
        for (int i = 1; i <= 10_001; i++) {
            many.append("k").append(i).append("=1\n");
        }
        assertThat(given.properties(many.toString()).problem())
                .extracting(Problem::place, Problem::rule)
                .containsExactly("wellhead.properties:10001", "holds more than 10000 values");
    }
}
