// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Finds the line of the program that a stack belongs to: the first frame that is not Wellhead's, the JDK's (JDBC is part
 * of it) or the driver's.
 */
final class CallSites {

    private static final int MAX_CHARS = 160;
    private static final List<String> NOT_THE_PROGRAM =
            List.of("dev.wellhead.", "java.", "javax.sql.", "jdk.", "sun.", "com.sun.proxy.");
    private static final StackWalker WALKER = StackWalker.getInstance();

    private final String driverPackage;

    private CallSites(String driverPackage) {
        this.driverPackage = driverPackage;
    }

    /** For the driver that this object, such as a physical connection, is of. */
    static CallSites of(Object driverObject) {
        var parts = driverObject.getClass().getPackageName().split("\\.");
        // A driver's classes share the package above that of its connections: org.postgresql.jdbc, com.mysql.cj.jdbc.
        int shared = Math.max(2, parts.length - 1);
        return new CallSites(
                parts.length < 2 ? "" : Arrays.stream(parts).limit(shared).collect(Collectors.joining(".", "", ".")));
    }

    /** The call site in a stack, innermost frame first; empty when all of it is others'. */
    String find(StackTraceElement[] stack) {
        return Arrays.stream(stack)
                .filter(frame -> isProgram(frame.getClassName()))
                .findFirst()
                .map(CallSites::text)
                .orElse("");
    }

    /** The call site of the running thread. */
    String current() {
        return WALKER.walk(frames -> frames.filter(frame -> isProgram(frame.getClassName()))
                .findFirst()
                .map(frame -> text(frame.toStackTraceElement()))
                .orElse(""));
    }

    /** The call site of an acquire that was traced; empty when it was not. */
    String of(@Nullable Throwable trace) {
        return trace == null ? "" : find(trace.getStackTrace());
    }

    private boolean isProgram(String className) {
        return NOT_THE_PROGRAM.stream().noneMatch(className::startsWith)
                && (driverPackage.isEmpty() || !className.startsWith(driverPackage));
    }

    private static String text(StackTraceElement frame) {
        var place = frame.getFileName() == null ? "" : "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
        return cut(frame.getClassName() + "." + frame.getMethodName() + place);
    }

    /** An operation's name as a call site. */
    static String named(String operation) {
        return cut(operation);
    }

    private static String cut(String text) {
        return LogText.oneLine(text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS));
    }
}
