// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.zaxxer.hikari.HikariConfig;
import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.Isolation;
import dev.wellhead.pool.StartMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HikariImportTest {
    private static final String URL = "jdbcUrl=jdbc:postgresql://db.example.com:5432/shop\n";

    @TempDir
    private Path folder;

    @Test
    void theTableHasEverySetterOfHikariConfig() {
        var setters = Arrays.stream(HikariConfig.class.getMethods())
                .map(method -> method.getName())
                .filter(name -> name.startsWith("set"))
                .map(name -> name.substring(3))
                .map(name -> name.equals("DataSourceJNDI")
                        ? "dataSourceJNDI"
                        : Character.toLowerCase(name.charAt(0)) + name.substring(1))
                .distinct()
                .toList();
        assertThat(setters).hasSizeGreaterThan(30);
        assertThat(HikariSetting.ALL.stream().map(HikariSetting::name)).containsExactlyInAnyOrderElementsOf(setters);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "maximumPoolSize=25;minimumIdle=3;connectionTimeout=2s;validationTimeout=900;idleTimeout=5m",
                "maxLifetime=20m;keepaliveTime=60000;leakDetectionThreshold=30s",
                "maxLifetime=1000;keepaliveTime=20000;leakDetectionThreshold=100",
                "minimumIdle=4;idleTimeout=9000",
                "minimumIdle=4;idleTimeout=30m",
                "minimumIdle=40;idleTimeout=1",
                "keepaliveTime=40m;leakDetectionThreshold=40m",
                "connectionTimeout=0;maxLifetime=0;keepaliveTime=0;idleTimeout=0;minimumIdle=0"
            })
    void thePoolIsThatOfHikari(String settings) throws Exception {
        var file = write("hikari.properties", URL + settings.replace(';', '\n'));
        var theirs = new HikariConfig(file.toString());
        theirs.validate();
        var ours = load(HikariImport.read(file, Set.of())).pool();
        assertThat(ours.maxSize()).isEqualTo(theirs.getMaximumPoolSize());
        assertThat(ours.minIdle()).isEqualTo(theirs.getMinimumIdle());
        assertThat(ours.acquireTimeout()).isEqualTo(Duration.ofMillis(theirs.getConnectionTimeout()));
        assertThat(ours.validationTimeout()).isEqualTo(Duration.ofMillis(theirs.getValidationTimeout()));
        assertThat(ours.idleTimeout()).isEqualTo(Duration.ofMillis(theirs.getIdleTimeout()));
        assertThat(ours.maxLifetime()).isEqualTo(Duration.ofMillis(theirs.getMaxLifetime()));
        assertThat(ours.keepaliveInterval()).isEqualTo(Duration.ofMillis(theirs.getKeepaliveTime()));
        assertThat(ours.leakThreshold()).isEqualTo(Duration.ofMillis(theirs.getLeakDetectionThreshold()));
        assertThat(ours.autoCommit()).isEqualTo(theirs.isAutoCommit());
        assertThat(ours.readOnly()).isEqualTo(theirs.isReadOnly());
        assertThat(ours.startMode()).isEqualTo(StartMode.FAIL_FAST);
        assertThat(ours.statementTimeout()).isZero();
        assertThat(ours.driverProperties()).containsEntry("sslmode", "prefer");
    }

    @Test
    void textsAndSwitchesKeepTheirValues() throws Exception {
        var file = write("hikari.properties", """
                dataSourceClassName=org.postgresql.ds.PGSimpleDataSource
                dataSource.serverName=db.example.com
                dataSource.portNumber=6432
                dataSource.databaseName=shop
                dataSource.user=app
                dataSource.password=hunter2
                dataSource.ApplicationName=till
                poolName=orders
                transactionIsolation=TRANSACTION_SERIALIZABLE
                autoCommit=false
                schema=sales
                connectionInitSql=SET work_mem = '8MB' -- "x"
                initializationFailTimeout=5000
                registerMbeans=true
                metricsTrackerFactory=x.Y
                """);
        var result = HikariImport.read(file, Set.of());
        var ours = load(result).pool();
        assertThat(ours.name()).isEqualTo("orders");
        assertThat(ours.jdbcUrl()).isEqualTo("jdbc:postgresql://db.example.com:6432/shop");
        assertThat(ours.isolation()).contains(Isolation.SERIALIZABLE);
        assertThat(ours.autoCommit()).isFalse();
        assertThat(ours.schema()).contains("sales");
        assertThat(ours.initSql()).contains("SET work_mem = '8MB' -- \"x\"");
        assertThat(ours.startMode()).isEqualTo(StartMode.WAIT);
        assertThat(ours.startRetries()).isEqualTo(4);
        assertThat(ours.driverProperties()).containsEntry("ApplicationName", "till");
        assertThat(result.toString()).doesNotContain("hunter2");
        assertThat(kinds(result, "dataSource.password")).containsExactly(HikariImport.Kind.SECRET);
        assertThat(kinds(result, "registerMbeans")).containsExactly(HikariImport.Kind.CHANGED);
        assertThat(ours.jmx()).isTrue();
        assertThat(kinds(result, "metricsTrackerFactory")).containsExactly(HikariImport.Kind.IN_CODE);
        assertThat(result.yaml()).contains("WELLHEAD_DATABASES_ORDERS_PASSWORD");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "com.mysql.cj.jdbc.MysqlDataSource | serverName=h portNumber=3307 databaseName=shop |"
                        + " jdbc:mysql://h:3307/shop",
                "com.mysql.cj.jdbc.MysqlDataSource | serverName=h databaseName=shop | jdbc:mysql://h:3306/shop",
                "com.mysql.cj.jdbc.MysqlDataSource | url=jdbc:mysql://h/shop | jdbc:mysql://h/shop",
                "org.mariadb.jdbc.MariaDbDataSource | url=jdbc:mariadb://h:3307/shop | jdbc:mariadb://h:3307/shop",
                "org.mariadb.jdbc.MariaDbDataSource | serverName=h databaseName=shop | jdbc:mariadb://h:3306/shop",
                "org.h2.jdbcx.JdbcDataSource | URL=jdbc:h2:mem:shop | jdbc:h2:mem:shop",
                "org.h2.jdbcx.JdbcDataSource | url=jdbc:h2:mem:shop | jdbc:h2:mem:shop",
                "com.microsoft.sqlserver.jdbc.SQLServerDataSource | serverName=h databaseName=shop |"
                        + " jdbc:sqlserver://h:1433;databaseName=shop",
                "com.microsoft.sqlserver.jdbc.SQLServerDataSource | serverName=h portNumber=1444 databaseName=shop |"
                        + " jdbc:sqlserver://h:1444;databaseName=shop"
            })
    void dataSourceClassesOfOtherDriversGiveTheirUrl(String type, String properties, String url) throws Exception {
        var result = HikariImport.read(dataSource(type, properties), Set.of());
        assertThat(load(result).pool().jdbcUrl()).isEqualTo(url);
        assertThat(load(result).pool().driverProperties().keySet())
                .noneMatch(name -> Set.of("servername", "portnumber", "databasename", "url")
                        .contains(name.toLowerCase(Locale.ROOT)));
        assertThat(kinds(result, "dataSourceClassName")).doesNotContain(HikariImport.Kind.OPEN);
    }

    @ParameterizedTest
    @CsvSource({
        "org.h2.jdbcx.JdbcDataSource, description=x",
        "com.mysql.cj.jdbc.MysqlDataSource, serverName=h",
        "com.example.OwnDataSource, serverName=h databaseName=shop"
    })
    void dataSourceWhoseUrlIsNotKnownIsToldOnce(String type, String properties) throws Exception {
        var result = HikariImport.read(dataSource(type, properties), Set.of());
        assertThat(result.notes())
                .filteredOn(note -> note.kind() == HikariImport.Kind.OPEN)
                .singleElement()
                .asString()
                .contains("What URL stands for " + type + " and its properties is not known: write the driver's.");
    }

    private Path dataSource(String type, String properties) throws Exception {
        return write(
                "hikari.properties",
                "dataSourceClassName=" + type + "\ndataSource." + properties.replace(" ", "\ndataSource.") + "\n");
    }

    @Test
    void readsSpringsRelaxedNamesAndLeavesPlaceholdersOpen() throws Exception {
        var file = write("application.yml", """
                server.port: 8080
                list: [1, 2]
                spring:
                  datasource:
                    url: jdbc:postgresql://app:hunter2@db.example.com/shop
                    password: ${DB_PASS:hunter3}
                    hikari:
                      maximum-pool-size: 30
                      minimumIdle: ${IDLE:5}
                      connection_timeout: 3000
                      maximum-pool-sise: 4
                ---
                spring.config.activate.on-profile: big
                spring.datasource.hikari.maximum-pool-size: 99
                """);
        var plain = HikariImport.read(file, Set.of());
        var ours = load(plain).pool();
        assertThat(ours.maxSize()).isEqualTo(30);
        assertThat(ours.acquireTimeout()).isEqualTo(Duration.ofSeconds(3));
        assertThat(plain.yaml()).contains("# pool.min-idle: \"${IDLE:5}\"");
        assertThat(plain.toString()).doesNotContain("hunter");
        assertThat(plain.notes())
                .anySatisfy(note -> assertThat(note.toString()).contains("profile big"))
                .anySatisfy(note -> assertThat(note.toString()).contains("maximumPoolSize"))
                .anySatisfy(note -> assertThat(note.kind()).isEqualTo(HikariImport.Kind.OPEN));
        assertThat(load(HikariImport.read(file, Set.of("big"))).pool().maxSize())
                .isEqualTo(99);
    }

    @Test
    void readsSpringsPropertiesToo() throws Exception {
        var file = write("application.properties", """
                spring.datasource.url=jdbc:h2:mem:x
                spring.datasource.hikari.maximum-pool-size=7
                """);
        assertThat(load(HikariImport.read(file, Set.of())).pool().maxSize()).isEqualTo(7);
    }

    @Test
    void badInputIsToldWithPlaceRuleAndMend() throws Exception {
        var problems = refused(write("hikari.properties", URL + """
                maximumPoolSise=5
                connectionTimeout=100
                """));
        assertThat(problems).singleElement().satisfies(problem -> {
            assertThat(problem.place()).isEqualTo("hikari.properties:2");
            assertThat(problem.fix()).contains("maximumPoolSize");
        });
        assertThat(refused(write("hikari.properties", URL + """
                connectionTimeout=100
                validationTimeout=soon
                maximumPoolSize=0
                transactionIsolation=TRANSACTION_SERIALISABLE
                """))).hasSize(4);
        assertThat(refused(write("hikari.properties", "maximumPoolSize=5\n"))
                        .get(0)
                        .rule())
                .contains("is missing");
        assertThat(refused(write("application.yml", "a: [")).get(0).rule()).contains("is not YAML");
        assertThat(refused(write("application.yml", "server.port: 1")).get(0).rule())
                .contains("spring.datasource");
        assertThat(refused(folder.resolve("none.properties")).get(0).rule()).contains("does not exist");
    }

    private static List<Problem> refused(Path file) {
        var refused = catchThrowableOfType(InvalidConfigException.class, () -> HikariImport.read(file, Set.of()));
        return refused.problems();
    }

    private static List<HikariImport.Kind> kinds(HikariImport result, String key) {
        return result.notes().stream()
                .filter(note -> note.key().equals(key))
                .map(HikariImport.Note::kind)
                .toList();
    }

    private DatabaseConfig load(HikariImport result) throws Exception {
        var yaml = write("wellhead.yaml", result.yaml());
        return ConfigLoader.builder()
                .environment(Map.of())
                .directory(folder)
                .file(yaml)
                .load()
                .databases()
                .get(0);
    }

    private Path write(String name, String text) throws Exception {
        return Files.writeString(folder.resolve(name), text);
    }
}
