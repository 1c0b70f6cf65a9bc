// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
import com.sun.source.util.JavacTask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import javax.lang.model.element.ExecutableElement;
import javax.lang.model.element.Modifier;
import javax.lang.model.element.TypeElement;
import javax.lang.model.type.ArrayType;
import javax.lang.model.type.DeclaredType;
import javax.lang.model.type.TypeKind;
import javax.lang.model.type.TypeMirror;
import javax.lang.model.type.TypeVariable;
import javax.lang.model.type.WildcardType;
import javax.lang.model.util.ElementFilter;
import javax.lang.model.util.Elements;
import javax.tools.ToolProvider;

/**
 * Writes the JDBC handles from the JDBC interfaces of Java 17, whatever JDK runs it, so that no method is forgotten.
 *
 * <p>Run by the build as {@code java HandleGenerator.java OUTPUT_FOLDER OWN_SOURCE}; does nothing when its output is
 * newer than its source. Each method checks that the handle is open, delegates, reports what the driver throws to the
 * pool, gives results out as handles, and keeps the handle reachable until the driver has returned. A method named in {@link Handle#byHand} is left to the class that extends the
 * generated one; the compiler sees to it that it is there.
 */
public final class HandleGenerator {

    private static final String RELEASE = "17";
    private static final String PACKAGE = "dev.wellhead.pool.internal";

    /** Results that are given out as handles. */
    private static final Set<String> WRAPPED = Set.of(
            "java.sql.Statement",
            "java.sql.PreparedStatement",
            "java.sql.CallableStatement",
            "java.sql.ResultSet",
            "java.sql.DatabaseMetaData");

    /** Methods of a connection that change the session: they go through the session, which undoes them at release. */
    private static final Set<String> SESSION = Set.of(
            "setAutoCommit",
            "setTransactionIsolation",
            "setHoldability",
            "setCatalog",
            "setSchema",
            "setTypeMap",
            "setNetworkTimeout",
            "setSavepoint",
            "commit",
            "rollback");

    /** Methods of a connection that are known to ask nothing of the server. */
    private static final Set<String> NEVER_ASK = Set.of(
            "createStatement",
            "getAutoCommit",
            "getHoldability",
            "getMetaData",
            "getNetworkTimeout",
            "getTypeMap",
            "getWarnings",
            "clearWarnings",
            "isReadOnly",
            "isWrapperFor",
            "nativeSQL",
            "unwrap");

    /** Methods of statements that may ask the server, besides those that execute. */
    private static final Set<String> STATEMENT_ASKS =
            Set.of("getGeneratedKeys", "getMetaData", "getMoreResults", "getParameterMetaData");

    /** Methods of statements that return how many rows they changed. */
    private static final Set<String> COUNTS_ROWS =
            Set.of("executeUpdate", "executeLargeUpdate", "executeBatch", "executeLargeBatch");

    /** Methods of a result set that may fetch rows. */
    private static final Set<String> ROW_MOVES =
            Set.of("absolute", "afterLast", "beforeFirst", "first", "isLast", "last", "next", "previous", "relative");

    /** Results that are the driver's own and may use the connection for as long as they live. */
    private static final Set<String> LENT = Set.of(
            "java.sql.Array",
            "java.sql.Blob",
            "java.sql.Clob",
            "java.sql.NClob",
            "java.sql.Ref",
            "java.sql.SQLXML",
            "java.io.InputStream",
            "java.io.Reader");

    /** Methods of a result set that are work in a transaction. */
    private static final Set<String> ROW_WORK = Set.of("insertRow", "updateRow", "deleteRow", "refreshRow");

    /**
     * One handle class.
     *
     * @param iface the JDBC interface
     * @param name name of the generated class
     * @param header the class between its name and its first method
     * @param target expression of what is delegated to
     * @param inherited interface whose methods the superclass has
     * @param byHand signatures left to a hand-written class
     */
    private record Handle(
            String iface, String name, String header, String target, String inherited, Set<String> byHand) {

        boolean isAbstract() {
            return !byHand.isEmpty();
        }
    }

    private static final List<Handle> HANDLES = List.of(
            new Handle(
                    "java.sql.Connection",
                    "ConnectionDelegate",
                    " implements Connection {\n\n"
                            + "    abstract PoolEntry open() throws SQLException;\n\n"
                            + "    abstract Statement wrap(PoolEntry entry, Statement made) throws SQLException;\n\n"
                            + "    abstract PreparedStatement wrap(PoolEntry entry, PreparedStatement made, String sql)"
                            + " throws SQLException;\n\n"
                            + "    abstract CallableStatement wrap(PoolEntry entry, CallableStatement made, String sql)"
                            + " throws SQLException;\n\n"
                            + "    abstract DatabaseMetaData wrap(PoolEntry entry, DatabaseMetaData made)"
                            + " throws SQLException;\n",
                    "entry.physical()",
                    "",
                    Set.of(
                            "close()",
                            "isClosed()",
                            "isValid(int)",
                            "abort(java.util.concurrent.Executor)",
                            "setReadOnly(boolean)",
                            "setClientInfo(java.lang.String,java.lang.String)",
                            "setClientInfo(java.util.Properties)")),
            new Handle(
                    "java.sql.Statement",
                    "StatementDelegate",
                    " implements Statement {\n\n"
                            + "    private final Statement physical;\n\n"
                            + "    StatementDelegate(Statement physical) {\n"
                            + "        this.physical = physical;\n    }\n\n"
                            + "    final Statement physical() {\n        return physical;\n    }\n\n"
                            + "    abstract PoolEntry open() throws SQLException;\n\n"
                            + "    abstract void running(PoolEntry entry, String sql);\n\n"
                            + "    abstract void running(PoolEntry entry);\n\n"
                            + "    abstract void ran(PoolEntry entry);\n\n"
                            + "    abstract int changed(int count);\n\n"
                            + "    abstract long changed(long count);\n\n"
                            + "    abstract int[] changed(int[] counts);\n\n"
                            + "    abstract long[] changed(long[] counts);\n\n"
                            + "    abstract ResultSet wrap(PoolEntry entry, ResultSet made);\n",
                    "physical",
                    "",
                    Set.of(
                            "close()",
                            "isClosed()",
                            "getConnection()",
                            "getResultSet()",
                            "addBatch(java.lang.String)",
                            "closeOnCompletion()")),
            new Handle(
                    "java.sql.PreparedStatement",
                    "PreparedStatementHandle",
                    " extends StatementHandle implements PreparedStatement {\n\n"
                            + "    private final PreparedStatement prepared;\n\n"
                            + "    PreparedStatementHandle(ConnectionHandle connection, PreparedStatement prepared,"
                            + " String sql) {\n"
                            + "        super(connection, prepared, sql);\n"
                            + "        this.prepared = prepared;\n    }\n",
                    "prepared",
                    "java.sql.Statement",
                    Set.of()),
            new Handle(
                    "java.sql.CallableStatement",
                    "CallableStatementHandle",
                    " extends PreparedStatementHandle implements CallableStatement {\n\n"
                            + "    private final CallableStatement callable;\n\n"
                            + "    CallableStatementHandle(ConnectionHandle connection, CallableStatement callable,"
                            + " String sql) {\n"
                            + "        super(connection, callable, sql);\n"
                            + "        this.callable = callable;\n    }\n",
                    "callable",
                    "java.sql.PreparedStatement",
                    Set.of()),
            new Handle(
                    "java.sql.ResultSet",
                    "ResultSetDelegate",
                    " implements ResultSet {\n\n"
                            + "    private final ResultSet physical;\n\n"
                            + "    ResultSetDelegate(ResultSet physical) {\n"
                            + "        this.physical = physical;\n    }\n\n"
                            + "    final ResultSet physical() {\n        return physical;\n    }\n\n"
                            + "    abstract PoolEntry open() throws SQLException;\n\n"
                            + "    abstract ResultSet wrap(PoolEntry entry, ResultSet made);\n",
                    "physical",
                    "",
                    Set.of("close()", "isClosed()", "getStatement()")),
            new Handle(
                    "java.sql.DatabaseMetaData",
                    "DatabaseMetaDataDelegate",
                    " implements DatabaseMetaData {\n\n"
                            + "    private final DatabaseMetaData physical;\n\n"
                            + "    DatabaseMetaDataDelegate(DatabaseMetaData physical) {\n"
                            + "        this.physical = physical;\n    }\n\n"
                            + "    abstract PoolEntry open() throws SQLException;\n\n"
                            + "    abstract ResultSet wrap(PoolEntry entry, ResultSet made);\n",
                    "physical",
                    "",
                    Set.of("getConnection()")));

    private final Elements elements;

    private HandleGenerator(Elements elements) {
        this.elements = elements;
    }

    /** Writes all handles into the folder of the first argument; the second is this file. */
    public static void main(String[] args) throws IOException {
        var folder = Path.of(args[0]).resolve(PACKAGE.replace('.', '/'));
        if (isFresh(folder, Path.of(args[1]))) {
            return;
        }
        Files.createDirectories(folder);
        var compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new IllegalStateException("no compiler in " + System.getProperty("java.home") + ": use a JDK");
        }
        var task = (JavacTask)
                compiler.getTask(null, null, null, List.of("--release", RELEASE), List.of("java.lang.Object"), null);
        var generator = new HandleGenerator(task.getElements());
        for (var handle : HANDLES) {
            Files.writeString(folder.resolve(handle.name() + ".java"), generator.classText(handle));
        }
    }

    private static boolean isFresh(Path folder, Path source) throws IOException {
        var sourceTime = Files.getLastModifiedTime(source);
        for (var handle : HANDLES) {
            var file = folder.resolve(handle.name() + ".java");
            if (!Files.exists(file) || Files.getLastModifiedTime(file).compareTo(sourceTime) < 0) {
                return false;
            }
        }
        return true;
    }

    private String classText(Handle handle) {
        var methods = methods(handle.iface());
        var missing =
                handle.byHand().stream().filter(s -> !methods.containsKey(s)).toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException(handle.iface() + " of Java " + RELEASE + " has no " + missing);
        }
        var inherited = handle.inherited().isEmpty()
                ? Set.<String>of()
                : methods(handle.inherited()).keySet();
        var text = new StringBuilder();
        text.append("// Generated by HandleGenerator from ")
                .append(handle.iface())
                .append(" of Java ")
                .append(RELEASE)
                .append(".\npackage ")
                .append(PACKAGE)
                .append(
                        ";\n\nimport java.lang.ref.Reference;\nimport java.sql.*;\nimport org.jspecify.annotations.NullUnmarked;\n\n/** {@link ")
                .append(handle.iface())
                .append("} that delegates while it is open. */\n@NullUnmarked\n@SuppressWarnings(\"deprecation\")\n")
                .append(handle.isAbstract() ? "abstract " : "")
                .append("class ")
                .append(handle.name())
                .append(handle.header());
        methods.forEach((signature, method) -> {
            if (!handle.byHand().contains(signature) && !inherited.contains(signature)) {
                text.append('\n').append(methodText(handle, method));
            }
        });
        return text.append("}\n").toString();
    }

    /** All methods an instance of the interface has, inherited ones too, by signature. */
    private Map<String, ExecutableElement> methods(String iface) {
        var type = elements.getTypeElement(iface);
        if (type == null) {
            throw new IllegalStateException("Java " + RELEASE + " has no " + iface);
        }
        var found = new TreeMap<String, ExecutableElement>(Comparator.naturalOrder());
        collect(type, found);
        return found;
    }

    private void collect(TypeElement type, Map<String, ExecutableElement> found) {
        for (var method : ElementFilter.methodsIn(type.getEnclosedElements())) {
            if (!method.getModifiers().contains(Modifier.STATIC)
                    && !method.getModifiers().contains(Modifier.PRIVATE)) {
                found.putIfAbsent(signature(method), method);
            }
        }
        for (var parent : type.getInterfaces()) {
            collect((TypeElement) ((DeclaredType) parent).asElement(), found);
        }
    }

    private static String signature(ExecutableElement method) {
        return method.getParameters().stream()
                .map(p -> typeText(p.asType()))
                .collect(Collectors.joining(",", method.getSimpleName() + "(", ")"));
    }

    private String methodText(Handle handle, ExecutableElement method) {
        var parameters = new LinkedHashMap<String, String>();
        for (var i = 0; i < method.getParameters().size(); i++) {
            var type = typeText(method.getParameters().get(i).asType());
            var isLast = i == method.getParameters().size() - 1;
            parameters.put("p" + i, isLast && method.isVarArgs() ? type.substring(0, type.length() - 2) + "..." : type);
        }
        var body = body(handle, method, List.copyOf(parameters.keySet()));
        var text = new StringBuilder("    @Override\n    public ");
        if (!method.getTypeParameters().isEmpty()) {
            text.append(method.getTypeParameters().stream()
                    .map(p -> p.getSimpleName() + bounds(p.getBounds()))
                    .collect(Collectors.joining(", ", "<", "> ")));
        }
        text.append(typeText(method.getReturnType()))
                .append(' ')
                .append(method.getSimpleName())
                .append(parameters.entrySet().stream()
                        .map(p -> p.getValue() + " " + p.getKey())
                        .collect(Collectors.joining(", ", "(", ")")));
        var thrown = method.getThrownTypes().stream().map(TypeMirror::toString).toList();
        if (thrown.isEmpty()) {
            // It can say nothing of a closed handle: a constant of the driver.
            return text.append(" {\n        ").append(body).append(";\n    }\n").toString();
        }
        if (!thrown.equals(List.of("java.sql.SQLException"))) {
            throw new IllegalStateException(
                    handle.iface() + "." + signature(method) + " throws " + thrown + ": write it by hand");
        }
        text.append(" throws SQLException {\n        var entry = open();\n");
        preparation(handle, method)
                .forEach(line -> text.append("        ").append(line).append('\n'));
        return text.append("        try {\n            ")
                .append(body)
                .append(
                        ";\n        } catch (SQLException e) {\n            throw entry.failed(e);\n        } finally {\n")
                .append(completion(handle, method))
                // Else a handle whose last call is under way may be garbage, and its connection taken for abandoned.
                .append("            Reference.reachabilityFence(this);\n        }\n    }\n")
                .toString();
    }

    private static boolean runsStatement(Handle handle, ExecutableElement method) {
        return handle.iface().endsWith("Statement")
                && method.getSimpleName().toString().startsWith("execute");
    }

    /** Whether the call may wait for the server though it runs no statement of the holder's. */
    private static boolean mayAskServer(Handle handle, ExecutableElement method) {
        var name = method.getSimpleName().toString();
        return switch (handle.iface()) {
            case "java.sql.Connection" -> !NEVER_ASK.contains(name);
            case "java.sql.ResultSet" -> ROW_WORK.contains(name) || ROW_MOVES.contains(name);
            case "java.sql.DatabaseMetaData" -> typeText(method.getReturnType()).equals("java.sql.ResultSet");
            default -> STATEMENT_ASKS.contains(name);
        };
    }

    /** What the pool notes after the driver was called, however that ended. */
    private static String completion(Handle handle, ExecutableElement method) {
        if (runsStatement(handle, method)) {
            return "            ran(entry);\n";
        }
        return mayAskServer(handle, method) ? "            entry.called();\n" : "";
    }

    /** What the pool notes before the driver is called. */
    private static List<String> preparation(Handle handle, ExecutableElement method) {
        var name = method.getSimpleName().toString();
        var lines = new ArrayList<String>();
        if (runsStatement(handle, method)) {
            var takesText = !method.getParameters().isEmpty();
            lines.add(takesText ? "running(entry, p0);" : "running(entry);");
        }
        if (handle.iface().equals("java.sql.ResultSet") && ROW_WORK.contains(name)
                || handle.iface().equals("java.sql.DatabaseMetaData")
                        && typeText(method.getReturnType()).equals("java.sql.ResultSet")) {
            lines.add("entry.session().worked();");
        }
        if (mayAskServer(handle, method)) {
            lines.add("entry.calling();");
        }
        if (LENT.contains(typeText(method.getReturnType()))) {
            lines.add("entry.session().lent();");
        }
        return lines;
    }

    private static String body(Handle handle, ExecutableElement method, List<String> arguments) {
        var name = method.getSimpleName().toString();
        var result = typeText(method.getReturnType());
        var list = String.join(", ", arguments);
        var isConnection = handle.iface().equals("java.sql.Connection");
        if (name.equals("unwrap") || name.equals("isWrapperFor")) {
            return "return Handles." + name + "(entry, this, " + handle.target() + ", p0)";
        }
        var target = isConnection && SESSION.contains(name) ? "entry.session()" : handle.target();
        var call = target + "." + name + "(" + list + ")";
        if (result.equals("void")) {
            return call;
        }
        if (WRAPPED.contains(result)) {
            var isPrepared = isConnection && name.startsWith("prepare");
            return "return wrap(entry, " + call + (isPrepared ? ", p0)" : ")");
        }
        if (name.equals("getObject")) {
            return getObjectBody(method, call);
        }
        return "return " + (COUNTS_ROWS.contains(name) ? "changed(" + call + ")" : call);
    }

    /** A cursor comes as a result set out of {@code getObject}: it is given out as a handle too. */
    private static String getObjectBody(ExecutableElement method, String call) {
        if (method.getTypeParameters().isEmpty()) {
            return "Object value = " + call + ";\n            return value instanceof ResultSet made"
                    + " ? wrap(entry, made) : Handles.lent(entry, value)";
        }
        var variable = method.getTypeParameters().get(0).getSimpleName();
        return variable + " value = " + call + ";\n            return p1 == ResultSet.class && value != null"
                + " ? p1.cast(wrap(entry, (ResultSet) value)) : Handles.lent(entry, value)";
    }

    private static String bounds(List<? extends TypeMirror> bounds) {
        var texts = bounds.stream()
                .map(HandleGenerator::typeText)
                .filter(t -> !t.equals("java.lang.Object"))
                .toList();
        return texts.isEmpty() ? "" : " extends " + String.join(" & ", texts);
    }

    private static String typeText(TypeMirror type) {
        if (type.getKind().isPrimitive() || type.getKind() == TypeKind.VOID) {
            return type.getKind().name().toLowerCase(java.util.Locale.ROOT);
        }
        if (type instanceof ArrayType array) {
            return typeText(array.getComponentType()) + "[]";
        }
        if (type instanceof TypeVariable variable) {
            return variable.asElement().getSimpleName().toString();
        }
        if (type instanceof WildcardType wildcard) {
            if (wildcard.getExtendsBound() != null) {
                return "? extends " + typeText(wildcard.getExtendsBound());
            }
            return wildcard.getSuperBound() != null ? "? super " + typeText(wildcard.getSuperBound()) : "?";
        }
        var declared = (DeclaredType) type;
        var name = ((TypeElement) declared.asElement()).getQualifiedName().toString();
        return declared.getTypeArguments().isEmpty()
                ? name
                : declared.getTypeArguments().stream()
                        .map(HandleGenerator::typeText)
                        .collect(Collectors.joining(", ", name + "<", ">"));
    }
}
