// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.database.DatabaseConfig;
import dev.wellhead.pool.PoolConfig;
import dev.wellhead.pool.Secret;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A secret has no text form anywhere: a canary is put into every place that may hold one, and looked for everywhere. */
class SecretTextTest {

    private static final String CANARY = "c4n4ry";

    /** Values of these records that are said to be secret by their name but are none. */
    private static final Set<String> NO_SECRETS =
            Set.of("Target.passwordFile", "Key.secret", "Setting.secret", "Masking.SECRET");

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgresql://u:%s@h/db",
                "postgresql://u:%s@a,b/db",
                "postgresql://u@h/db?password=%s",
                "postgresql://u@h/db?sslpassword=%s&x=y",
                "postgresql://u:%s@[::1]:5432/db?sslmode=require",
                "jdbc:postgresql://h/db?user=u&password=%s",
                "jdbc:postgresql://u:%s@h/db",
                "mysql://u:%s@h/db",
                "mariadb://u:%s@h/db?keyStorePassword=%s",
                "jdbc:mysql://u:%s@h/db",
                "jdbc:mysql://h/db?password=%s&trustCertificateKeyStorePassword=%s",
                "jdbc:mariadb:sequential://u:%s@a,b/db",
                "h2:mem:x;USER=sa;PASSWORD=%s",
                "jdbc:h2:tcp://h/x;PASSWORD=%s;MODE=MySQL",
                "sqlite:./x.db?password=%s",
                "jdbc:oracle:thin:u/%s@//h:1521/s",
                "jdbc:oracle:thin:u/\"%s@/\"@h:1521:s",
                "jdbc:sqlserver://h;user=u;password=%s;trustStorePassword={%s;x}",
                "jdbc:sqlserver://h;accessToken=%s",
                "jdbc:db2://h:50000/db:user=u;password=%s;",
                "jdbc:other://h/db?api_key=%s&clientSecret=%s",
            })
    void aSecretInAUrlIsNeverKeptInIt(String pattern) {
        var config = new Given(folder)
                .env("DATABASE_URL", pattern.replace("%s", CANARY))
                .load();
        assertNoCanary(config);
        var pool = config.databases().get(0).pool();
        var credentials = Given.login(config.databases().get(0));
        // The driver gets it all the same.
        assertThat(credentials.password().reveal() + pool.driverProperties()).contains(CANARY);
        var builtByHand = PoolConfig.builder()
                .jdbcUrl(pattern.replace("%s", CANARY).replaceFirst("^(?!jdbc:)", "jdbc:"))
                .build();
        assertThat(builtByHand.toString()).doesNotContain(CANARY);
        assertThat(builtByHand.shownUrl()).doesNotContain(CANARY);
    }

    @Test
    void noTextHoldsASecretThatCameInAnyForm() throws IOException {
        var given = new Given(folder)
                .write("password.txt", CANARY)
                .write("url.txt", "postgresql://u:" + CANARY + "@localhost/f")
                .env("DATABASE_URL", "postgresql://u:" + CANARY + "@h/db")
                .env("WELLHEAD_DATABASES_A_URL", "postgresql://h/a")
                .env("WELLHEAD_DATABASES_A_PASSWORD_FILE", "password.txt")
                .env("WELLHEAD_DATABASES_B_URL_FILE", "url.txt")
                .env("DB_CLIENT_KEY", "-----BEGIN PRIVATE KEY-----\n" + CANARY)
                .dotEnv("WELLHEAD_DATABASES_C_URL=postgresql://h/c\nWELLHEAD_DATABASES_C_PASSWORD=" + CANARY + "\n")
                .yaml("databases.d:\n  url: postgresql://h/d\n  password: " + CANARY + "\n"
                        + "  pool.driver-properties: {sslpassword: " + CANARY + "}\n")
                .set("databases.e.url", "postgresql://u:" + CANARY + "@h/e");
        var config = given.load();
        assertThat(config.databases()).hasSize(6);
        assertThat(config.databases().stream().filter(SecretTextTest::hasCanary))
                .hasSize(6);
        assertNoCanary(config);
    }

    @Test
    void noProblemHoldsASecretThatCameInAnyForm() {
        var given = new Given(folder)
                .env("DATABASE_URL", "postgresql://u:" + CANARY + "@h:x/db")
                .env("DATABASE_URL_FILE", "url.txt")
                .write("url.txt", "postgresql://u:" + CANARY + "?@h/db")
                .env("DB_PASSWORD", CANARY)
                .env("DB_PASSWORD_FILE", "url.txt")
                .env("DB_CLIENT_KEY", "-----BEGIN RSA PRIVATE KEY-----\n" + CANARY)
                .properties("password=" + CANARY + "\\q\nurl=jdbc:oracle:thin:u/" + CANARY + "@a@h\n")
                .yaml("password: {a: " + CANARY + "}\nurl: [" + CANARY + "]\n")
                .dotEnv("DB_PASSWORD='" + CANARY)
                .flag("password", CANARY)
                .flag("url", "mysql://h/db?keyStorePassword=" + CANARY)
                .set("pool.driver-properties", CANARY);
        try {
            given.load();
            throw new AssertionError("expected problems");
        } catch (InvalidConfigException refused) {
            assertThat(refused.problems()).hasSizeGreaterThan(8);
            assertNoCanary(refused.problems());
            var trace = new StringWriter();
            refused.printStackTrace(new PrintWriter(trace));
            assertThat(trace.toString()).doesNotContain(CANARY);
            assertThat(ConfigReport.problems(refused.problems())).doesNotContain(CANARY);
        }
    }

    @Test
    void whatHoldsSecretsWhileLoadingShowsNone() throws BadValueException {
        var slot = Said.Slot.of("default", "password");
        var url = ConnectionUrl.parse("postgresql://u:" + CANARY + "@h/db?sslpassword=" + CANARY);
        var provided = new ConfigLoader.Provided(CANARY, "builder");
        var held = List.of(
                Said.plain(slot, CANARY, Layer.FILE, "here"),
                url,
                provided,
                new ConfigLoader.Sources(
                        Map.of("password", provided), Map.of(), Map.of("A", CANARY), folder, Optional.empty()),
                new VariableSource.Variable(CANARY, "here"),
                new FileEntries("f"),
                new BoundDatabase.Target(
                        null,
                        null,
                        null,
                        null,
                        null,
                        "u",
                        Secret.of(CANARY),
                        null,
                        null,
                        null,
                        null,
                        Secret.of(CANARY)));
        assertThat(held).allSatisfy(one -> assertThat(one.toString()).doesNotContain(CANARY));
        assertThat(Said.plain(slot, CANARY, Layer.FILE, "here").shown()).isEqualTo("****");
    }

    /** So that a record added later cannot show one by being a record. */
    @Test
    void whateverIsNamedASecretHasTheTypeThatShowsNone() throws Exception {
        var found = new ArrayList<String>();
        for (var type : List.of(ConfigLoader.class, PoolConfig.class, DatabaseConfig.class)) {
            for (var owner : classes(type)) {
                for (var field : owner.getDeclaredFields()) {
                    boolean named = field.getName().matches("(?i).*(?:password|passwd|secret|token|clientkey).*");
                    boolean text =
                            Set.of(String.class, char[].class, byte[].class).contains(field.getType());
                    var name = owner.getSimpleName() + "." + field.getName();
                    if (named && text && owner.isRecord() && !NO_SECRETS.contains(name)) {
                        found.add(owner.getName() + "." + field.getName());
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static boolean hasCanary(DatabaseConfig database) {
        return Given.login(database).password().reveal().equals(CANARY);
    }

    /** Follows all components of records; only the driver's own properties may hold one, and their text may not. */
    private static void assertNoCanary(Object root) {
        walk(root, value -> assertThat(String.valueOf(value)).doesNotContain(CANARY));
    }

    private static void walk(Object value, Consumer<Object> visitor) {
        visitor.accept(value);
        if (value instanceof Collection<?> all) {
            all.forEach(one -> walk(one, visitor));
        } else if (value instanceof Optional<?> one) {
            one.ifPresent(inner -> walk(inner, visitor));
        } else if (value instanceof Record holder) {
            Arrays.stream(holder.getClass().getRecordComponents())
                    .filter(component -> !component.getName().equals("driverProperties"))
                    .forEach(component -> {
                        try {
                            walk(component.getAccessor().invoke(holder), visitor);
                        } catch (ReflectiveOperationException failed) {
                            throw new LinkageError("not readable: " + component, failed);
                        }
                    });
        }
    }

    private static List<Class<?>> classes(Class<?> one) throws IOException, URISyntaxException, ClassNotFoundException {
        var place =
                Path.of(one.getProtectionDomain().getCodeSource().getLocation().toURI());
        if (Files.isDirectory(place)) {
            return classes(place);
        }
        try (var jar = FileSystems.newFileSystem(URI.create("jar:" + place.toUri()), Map.of())) {
            return classes(jar.getPath("/"));
        }
    }

    private static List<Class<?>> classes(Path root) throws IOException, ClassNotFoundException {
        var classes = new ArrayList<Class<?>>();
        try (Stream<Path> files = Files.walk(root)) {
            for (var file : files.filter(path -> path.toString().endsWith(".class"))
                    .filter(path -> !path.toString().endsWith("-info.class"))
                    .toList()) {
                var name = root.relativize(file).toString().replace('/', '.').replaceFirst("\\.class$", "");
                classes.add(Class.forName(name, false, SecretTextTest.class.getClassLoader()));
            }
        }
        assertThat(classes).hasSizeGreaterThan(10);
        return classes;
    }
}
