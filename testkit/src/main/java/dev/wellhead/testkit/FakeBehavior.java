// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.testkit;

import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** How one operation of a {@link FakeDriver} goes. Immutable. */
public final class FakeBehavior {
    private static final FakeBehavior NORMAL = new FakeBehavior(0, false, null, null, false);

    private final long delayNanos;
    private final boolean isHang;
    private final @Nullable Supplier<SQLException> failure;
    private final @Nullable Boolean answer;
    private final boolean isNullAnswer;

    private FakeBehavior(
            long delayNanos,
            boolean isHang,
            @Nullable Supplier<SQLException> failure,
            @Nullable Boolean answer,
            boolean isNullAnswer) {
        this.delayNanos = delayNanos;
        this.isHang = isHang;
        this.failure = failure;
        this.answer = answer;
        this.isNullAnswer = isNullAnswer;
    }

    /**
     * At once and well.
     *
     * @return the default of every operation
     */
    public static FakeBehavior normal() {
        return NORMAL;
    }

    /**
     * Well, but late.
     *
     * @param by how late; abort, die and release cut it short
     * @return a behavior
     */
    public static FakeBehavior slow(Duration by) {
        return new FakeBehavior(by.toNanos(), false, null, null, false);
    }

    /**
     * Throws.
     *
     * @param text of the exception
     * @param sqlState five characters
     * @param vendorCode error number
     * @return a behavior
     */
    public static FakeBehavior fail(String text, String sqlState, int vendorCode) {
        return new FakeBehavior(0, false, () -> new SQLException(text, sqlState, vendorCode), null, false);
    }

    /**
     * Throws.
     *
     * @param exception a fresh one for each call
     * @return a behavior
     */
    public static FakeBehavior fail(Supplier<SQLException> exception) {
        return new FakeBehavior(0, false, exception, null, false);
    }

    /**
     * Waits until {@link FakeDriver#release()}, then goes well; until abort or die, then throws 08006. An interrupt does
     * not end it, as with real drivers.
     *
     * @return a behavior
     */
    public static FakeBehavior hang() {
        return new FakeBehavior(0, true, null, null, false);
    }

    /**
     * Answers {@code isValid}, also against the truth.
     *
     * @param value what it says
     * @return a behavior
     */
    public static FakeBehavior answer(boolean value) {
        return new FakeBehavior(0, false, null, value, false);
    }

    /**
     * Opens no connection and says so with null, as a driver does that does not know the URL.
     *
     * @return a behavior
     */
    public static FakeBehavior returnNull() {
        return new FakeBehavior(0, false, null, null, true);
    }

    long delayNanos() {
        return delayNanos;
    }

    boolean isHang() {
        return isHang;
    }

    @Nullable
    Supplier<SQLException> failure() {
        return failure;
    }

    @Nullable
    Boolean answer() {
        return answer;
    }

    boolean isNullAnswer() {
        return isNullAnswer;
    }
}
