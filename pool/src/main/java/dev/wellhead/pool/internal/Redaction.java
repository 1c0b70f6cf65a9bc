// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import dev.wellhead.pool.Secret;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes the secrets of a connect out of what the driver throws: some drivers quote the properties they were given. What
 * holds none goes on as it is; else it is told again, with state and code, by an exception whose text has {@code ****}
 * in their place. A secret of fewer than {@value #SHORTEST} characters is not looked for: it would be found everywhere.
 */
final class Redaction {

    private static final int SHORTEST = 4;
    /** Of one failure; what lies further in is left out where anything has to be told again. */
    private static final int MOST = 32;

    /** The longest first, so that one that holds another goes as a whole. */
    private final List<String> secrets;

    private Redaction(List<String> secrets) {
        this.secrets = secrets;
    }

    /** Looks for the values of those properties that are secret by their names. */
    static Redaction of(Properties properties) {
        var secrets = new ArrayList<String>();
        for (var key : properties.stringPropertyNames()) {
            var value = properties.getProperty(key);
            if (value.length() >= SHORTEST && !value.equals(JdbcUrl.mask(key, value))) {
                secrets.add(value);
            }
        }
        secrets.sort(Comparator.comparingInt(String::length).reversed());
        return new Redaction(secrets);
    }

    /**
     * The failure, or one without secrets that says the same.
     *
     * @throws Error the failure, where it is one without secrets
     */
    Exception clean(Throwable failure) {
        if (!isIn(failure)) {
            if (failure instanceof Error error) {
                throw error;
            }
            return (Exception) failure;
        }
        return (Exception) copy(failure, new int[] {MOST}, Collections.newSetFromMap(new IdentityHashMap<>()));
    }

    /** Whether a secret is in it, or in anything that hangs on it. */
    private boolean isIn(Throwable failure) {
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        var left = new ArrayDeque<Throwable>(List.of(failure));
        while (!left.isEmpty()) {
            var next = left.pop();
            if (!seen.add(next)) {
                continue;
            }
            if (isSecret(text(next)) || seen.size() > MOST) {
                return true;
            }
            left.addAll(List.of(next.getSuppressed()));
            if (next.getCause() != null) {
                left.add(next.getCause());
            }
            if (next instanceof SQLException sql && sql.getNextException() != null) {
                left.add(sql.getNextException());
            }
        }
        return false;
    }

    private boolean isSecret(String text) {
        return secrets.stream().anyMatch(text::contains);
    }

    /** With the class's name, for a class may say more in its own text form. */
    private static String text(Throwable failure) {
        try {
            return failure + " " + failure.getMessage();
        } catch (RuntimeException | StackOverflowError e) {
            return failure.getClass().getName();
        }
    }

    private String masked(Throwable failure) {
        var message = "";
        try {
            message = String.valueOf(failure.getMessage());
        } catch (RuntimeException | StackOverflowError e) {
            message = "the text cannot be read: " + e.getClass().getName();
        }
        for (var secret : secrets) {
            message = message.replace(secret, Secret.of(secret).toString());
        }
        return message;
    }

    private Throwable copy(Throwable failure, int[] left, Set<Throwable> seen) {
        left[0]--;
        seen.add(failure);
        Exception made;
        if (failure instanceof SQLException sql) {
            var said = new SQLException(masked(failure), sql.getSQLState(), sql.getErrorCode());
            var next = inner(sql.getNextException(), left, seen);
            if (next instanceof SQLException found) {
                said.setNextException(found);
            }
            made = said;
        } else {
            made = new IllegalStateException(failure.getClass().getName() + ": " + masked(failure));
        }
        made.setStackTrace(failure.getStackTrace());
        var cause = inner(failure.getCause(), left, seen);
        if (cause != null) {
            made.initCause(cause);
        }
        for (var suppressed : failure.getSuppressed()) {
            var found = inner(suppressed, left, seen);
            if (found != null) {
                made.addSuppressed(found);
            }
        }
        return made;
    }

    private @Nullable Throwable inner(@Nullable Throwable failure, int[] left, Set<Throwable> seen) {
        return failure == null || left[0] <= 0 || seen.contains(failure) ? null : copy(failure, left, seen);
    }
}
