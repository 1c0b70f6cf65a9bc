// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * No monitor is held over a call into a driver, a listener or a log: before JDK 24 that pins a virtual thread to its
 * carrier, and everywhere it stops whoever needs the monitor while the call hangs.
 *
 * <p>Reads what {@code javap} says of the compiled classes: which methods are synchronized or enter a monitor, what each
 * calls, and so what can be reached while a monitor is held. A call of a lambda counts where the lambda is made.
 */
class MonitorsTest {

    private static final Pattern CLASS = Pattern.compile("^(?:\\w+ )*(?:class|interface|enum) ([\\w.$]+)[ <{].*");
    private static final Pattern METHOD = Pattern.compile("^  (\\S.*\\)|static \\{\\}).*;$");
    private static final Pattern CALL = Pattern.compile(
            ".*invoke(?:virtual|interface|special|static) .*// (?:Interface)?Method (?:([\\w/$]+)\\.)?\"?([\\w<>$]+)\"?:(\\S+)$");
    private static final String DESCRIPTOR = "    descriptor: ";
    private static final List<String> FOREIGN = List.of(
            "java/sql/",
            "javax/sql/",
            "dev/wellhead/pool/spi/",
            "dev/wellhead/pool/PoolListener",
            "dev/wellhead/pool/CredentialsProvider",
            "org/slf4j/Logger",
            "java/util/concurrent/Executor",
            "java/util/concurrent/locks/LockSupport.park",
            "java/lang/Thread.sleep",
            "java/lang/Object.wait",
            "java/lang/Runnable",
            "java/util/function/Supplier",
            "java/util/function/Consumer");

    /** What one method calls, and what of it while it holds a monitor. */
    private record Body(Set<String> calls, Set<String> guarded) {
        Body() {
            this(new HashSet<>(), new HashSet<>());
        }
    }

    @Test
    void noMonitorIsHeldOverACallIntoADriver() throws Exception {
        var bodies = new HashMap<String, Body>();
        read(disassembled(compiledClasses(WellheadDataSource.class)), bodies);
        assertThat(bodies).hasSizeGreaterThan(200);
        assertThat(bodies.values().stream().filter(body -> !body.guarded().isEmpty()))
                .as("the scan sees the monitors that there are")
                .isNotEmpty();

        assertThat(held(bodies)).isEmpty();
    }

    @Test
    void seesAMonitorThatIsHeldOverACallIntoADriver() throws Exception {
        var bodies = new HashMap<String, Body>();
        var guilty = compiledClasses(MonitorsTest.class).stream()
                .filter(file -> file.endsWith("MonitorsTest$Guilty.class"))
                .toList();
        read(disassembled(guilty), bodies);
        assertThat(held(bodies))
                .hasSize(3)
                .anyMatch(text -> text.contains("Guilty.block") && text.endsWith("java/sql/Connection.commit()V"))
                .anyMatch(text -> text.contains("Guilty.method") && text.endsWith("java/sql/Connection.commit()V"))
                .anyMatch(text -> text.contains("Guilty.farther") && text.endsWith("java/sql/Connection.commit()V"));
    }

    /** What the scan must find, and what it must not. */
    @SuppressWarnings("unused") // read as bytecode only
    private static final class Guilty {
        private final Connection connection;

        Guilty(Connection connection) {
            this.connection = connection;
        }

        void block() throws SQLException {
            synchronized (this) {
                connection.commit();
            }
        }

        synchronized void method() throws SQLException {
            connection.commit();
        }

        synchronized void farther() throws SQLException {
            innocent();
        }

        void innocent() throws SQLException {
            connection.commit();
            synchronized (this) {
                harmless();
            }
            connection.commit();
        }

        private void harmless() {}
    }

    private static List<String> compiledClasses(Class<?> ofTheSameRoot) throws IOException, URISyntaxException {
        var root = Path.of(ofTheSameRoot
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (var files = Files.walk(root)) {
            return files.map(Path::toString)
                    .filter(file -> file.endsWith(".class"))
                    .toList();
        }
    }

    private static List<String> disassembled(List<String> files) {
        var arguments = new ArrayList<>(List.of("-c", "-p", "-s"));
        arguments.addAll(files);
        var text = new StringWriter();
        var errors = new StringWriter();
        int status = ToolProvider.findFirst("javap")
                .orElseThrow()
                .run(new PrintWriter(text), new PrintWriter(errors), arguments.toArray(new String[0]));
        assertThat(status).as(errors.toString()).isZero();
        return text.toString().lines().toList();
    }

    /** Reads the methods of all classes. */
    private static void read(List<String> lines, Map<String, Body> bodies) {
        var type = "";
        var method = "";
        var body = new Body();
        boolean synchronizedMethod = false;
        int monitors = 0;
        for (var line : lines) {
            var isClass = CLASS.matcher(line);
            var isMethod = METHOD.matcher(line);
            if (isClass.matches()) {
                type = isClass.group(1).replace('.', '/');
            } else if (isMethod.matches()) {
                method = type + "." + methodName(isMethod.group(1), type);
                synchronizedMethod = line.contains(" synchronized ");
                monitors = 0;
            } else if (line.startsWith(DESCRIPTOR)) {
                body = bodies.computeIfAbsent(method + line.substring(DESCRIPTOR.length()), key -> new Body());
            } else if (line.contains(": monitorenter")) {
                monitors++;
            } else if (line.contains(": monitorexit")) {
                // A block has one exit for each way out; the first ends it, as code of such blocks is laid out.
                monitors = Math.max(0, monitors - 1);
            } else {
                var called = called(line, type);
                if (called != null) {
                    body.calls().add(called);
                    if (synchronizedMethod || monitors > 0) {
                        body.guarded().add(called);
                    }
                }
            }
        }
    }

    private static String methodName(String declaration, String type) {
        if (!declaration.contains("(")) {
            return "<clinit>";
        }
        var words = declaration.substring(0, declaration.indexOf('('));
        var name = words.substring(words.lastIndexOf(' ') + 1);
        return name.replace('.', '/').equals(type) ? "<init>" : name;
    }

    private static @Nullable String called(String line, String type) {
        var call = CALL.matcher(line);
        if (!call.matches()) {
            return null;
        }
        return (call.group(1) == null ? type : call.group(1)) + "." + call.group(2) + call.group(3);
    }

    /** Ways from a held monitor to a foreign call. */
    private static List<String> held(Map<String, Body> bodies) {
        var ways = new ArrayList<String>();
        bodies.forEach((method, body) -> {
            for (var call : body.guarded()) {
                var way = wayToForeign(call, bodies, new HashSet<>());
                if (way != null) {
                    ways.add(method + " holds a monitor over " + way);
                }
            }
        });
        return ways;
    }

    private static @Nullable String wayToForeign(String call, Map<String, Body> bodies, Set<String> seen) {
        if (FOREIGN.stream().anyMatch(call::startsWith)) {
            return call;
        }
        var body = bodies.get(call);
        if (body == null || !seen.add(call)) {
            return null;
        }
        for (var next : body.calls()) {
            var way = wayToForeign(next, bodies, seen);
            if (way != null) {
                return call + " -> " + way;
            }
        }
        return null;
    }
}
