// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.database;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * How a call ended: with a value, with that of a fallback, or with an error.
 *
 * @param <T> what the work returns; may be nullable
 */
public sealed interface Attempt<T extends @Nullable Object> {

    /**
     * The call succeeded.
     *
     * @param value what the work returned
     */
    record Success<T extends @Nullable Object>(T value) implements Attempt<T> {

        @Override
        public boolean isSuccess() {
            return true;
        }

        @Override
        public T orElseThrow() {
            return value;
        }

        @Override
        public Map<String, @Nullable Object> toApiResponse() {
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("success", true);
            body.put("data", value);
            return Collections.unmodifiableMap(body);
        }
    }

    /**
     * The call failed.
     *
     * @param error why
     */
    record Failure<T extends @Nullable Object>(DatabaseException error) implements Attempt<T> {

        @Override
        public boolean isSuccess() {
            return false;
        }

        @Override
        public T orElseThrow() {
            throw error;
        }

        @Override
        public Map<String, @Nullable Object> toApiResponse() {
            Map<String, @Nullable Object> details = new LinkedHashMap<>();
            details.put("code", error.code().code());
            details.put("message", error.safeMessage());
            details.put("retryable", error.retryable());
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("success", false);
            body.put("error", Collections.unmodifiableMap(details));
            return Collections.unmodifiableMap(body);
        }
    }

    /**
     * The database could not answer, and a fallback did.
     *
     * @param value what the fallback gave
     * @param error why the database could not
     */
    record Degraded<T extends @Nullable Object>(T value, DatabaseException error) implements Attempt<T> {

        @Override
        public boolean isSuccess() {
            return true;
        }

        @Override
        public T orElseThrow() {
            return value;
        }

        @Override
        public Map<String, @Nullable Object> toApiResponse() {
            Map<String, @Nullable Object> body = new LinkedHashMap<>();
            body.put("success", true);
            body.put("data", value);
            body.put("degraded", true);
            return Collections.unmodifiableMap(body);
        }
    }

    /**
     * Makes a call of a {@link Database} and tells how it ended, instead of throwing.
     *
     * @param call such as {@code () -> database.update("rename", sql, name, id)}; what it throws besides a
     *     {@link DatabaseException} goes through
     */
    static <T extends @Nullable Object> Attempt<T> of(Supplier<T> call) {
        try {
            return new Success<>(call.get());
        } catch (DatabaseException e) {
            return new Failure<>(e);
        }
    }

    /** Whether there is a value. */
    boolean isSuccess();

    /** Whether the value is a {@linkplain #fallback fallback's}. */
    default boolean isDegraded() {
        return this instanceof Degraded;
    }

    /**
     * Serves a fallback, such as what is in a cache, where the database could not answer: the breaker is open, no
     * connection could be made or it was lost, or there was no room ({@link Meaning#UNREACHABLE},
     * {@link Meaning#CONNECTION_LOST}, {@link Meaning#OVERLOADED}). Meant for reads.
     *
     * @param fallback is told why; what it throws goes through
     * @return {@link Degraded} with the fallback's value; every other attempt as it is
     */
    default Attempt<T> fallback(Function<DatabaseException, ? extends T> fallback) {
        return this instanceof Failure<T> failure && isUnanswered(failure.error)
                ? new Degraded<>(fallback.apply(failure.error), failure.error)
                : this;
    }

    private static boolean isUnanswered(DatabaseException error) {
        return switch (error.meaning()) {
            case UNREACHABLE, CONNECTION_LOST, OVERLOADED -> true;
            default -> false;
        };
    }

    /**
     * The value.
     *
     * @throws DatabaseException the error of a failure
     */
    T orElseThrow();

    /**
     * The answer of an API, in this order: {@code {"success":true,"data":...}} or
     * {@code {"success":false,"error":{"code":"E2001","message":"...","retryable":true}}}; the value of a fallback has
     * {@code "degraded":true} beside it. The message is safe to show
     * to anybody. Unmodifiable.
     */
    Map<String, @Nullable Object> toApiResponse();
}
