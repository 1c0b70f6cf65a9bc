// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Writes a class for each JDBC interface whose methods all throw {@code SQLFeatureNotSupportedException}, so that the
 * driver that does nothing writes only what is called. Default methods are left as they are, so any JDK writes the same.
 *
 * <p>Run by the build as {@code java RefusingJdbcGenerator.java OUTPUT_FOLDER}.
 */
public final class RefusingJdbcGenerator {

    private static final String PACKAGE = "dev.wellhead.benchmarks";

    private static final List<Class<?>> INTERFACES = List.of(
            Connection.class,
            PreparedStatement.class,
            ResultSet.class,
            ResultSetMetaData.class,
            DatabaseMetaData.class);

    private RefusingJdbcGenerator() {}

    public static void main(String[] arguments) throws IOException {
        var folder = Path.of(arguments[0], PACKAGE.split("\\."));
        Files.createDirectories(folder);
        for (var type : INTERFACES) {
            var file = folder.resolve("Refusing" + type.getSimpleName() + ".java");
            var source = source(type);
            if (!Files.exists(file) || !Files.readString(file).equals(source)) {
                Files.writeString(file, source);
            }
        }
    }

    private static String source(Class<?> type) {
        var methods = Arrays.stream(type.getMethods())
                .filter(method -> Modifier.isAbstract(method.getModifiers()))
                .map(RefusingJdbcGenerator::source)
                .distinct()
                .sorted()
                .collect(Collectors.joining("\n"));
        return """
                // Written by RefusingJdbcGenerator.
                package %s;

                /** Refuses every call. */
                @SuppressWarnings("all")
                @org.jspecify.annotations.NullUnmarked
                abstract class Refusing%s implements %s {

                %s}
                """.formatted(PACKAGE, type.getSimpleName(), type.getName(), methods);
    }

    private static String source(Method method) {
        var variables =
                Arrays.stream(method.getTypeParameters()).map(Type::getTypeName).toList();
        var parameters = IntStream.range(0, method.getParameterCount())
                .mapToObj(i -> method.getGenericParameterTypes()[i].getTypeName() + " p" + i)
                .collect(Collectors.joining(", "));
        var thrown = List.of(method.getExceptionTypes());
        var exception = thrown.contains(SQLException.class)
                ? "java.sql.SQLFeatureNotSupportedException"
                : "UnsupportedOperationException";
        return """
                %s    @Override
                    public %s%s %s(%s)%s {
                        throw new %s("%s");
                    }
                """.formatted(
                method.isAnnotationPresent(Deprecated.class) ? "    @Deprecated\n" : "",
                variables.isEmpty() ? "" : "<" + String.join(", ", variables) + "> ",
                method.getGenericReturnType().getTypeName(),
                method.getName(),
                parameters,
                thrown.isEmpty()
                        ? ""
                        : " throws " + thrown.stream().map(Class::getName).collect(Collectors.joining(", ")),
                exception,
                method.getName());
    }
}
