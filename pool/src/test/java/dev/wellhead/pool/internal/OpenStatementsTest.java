// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.pool.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.wellhead.testkit.OwnThread;
import java.lang.reflect.Proxy;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

class OpenStatementsTest {

    private static final int ROUNDS = 20_000;

    private final OpenStatements open = new OpenStatements();

    @Test
    void whatAnyThreadOpensAnyThreadCloses() {
        var ofHolder = statement();
        var ofOther = statement();
        open.add(ofHolder, true);
        open.add(ofOther, false);
        assertThat(open.all()).containsExactlyInAnyOrder(ofHolder, ofOther);
        open.remove(ofHolder, false);
        open.remove(ofOther, true);
        assertThat(open.all()).isEmpty();
    }

    /** The thread that acquired, and two that it lets use its connection; each closes what it or another has opened. */
    @RepeatedTest(10)
    void noneIsLostWhereSeveralThreadsUseOneLease(RepetitionInfo round) {
        var left = new ConcurrentLinkedQueue<Statement>();
        var tasks = new ArrayList<CompletableFuture<Void>>();
        for (int thread = 0; thread < 3; thread++) {
            boolean isHolders = thread == 0;
            var random = new Random(round.getCurrentRepetition() * 3L + thread);
            tasks.add(CompletableFuture.runAsync(() -> useIt(isHolders, random, left), OwnThread.EACH));
        }
        tasks.forEach(CompletableFuture::join);
        assertThat(open.all()).containsExactlyInAnyOrderElementsOf(left);
    }

    private void useIt(boolean isHolders, Random random, ConcurrentLinkedQueue<Statement> left) {
        for (int i = 0; i < ROUNDS; i++) {
            var mine = statement();
            open.add(mine, isHolders);
            switch (random.nextInt(4)) {
                case 0 -> left.add(mine);
                case 1 -> {
                    left.add(mine);
                    closeOne(left, isHolders);
                    closeOne(left, isHolders);
                }
                default -> open.remove(mine, isHolders);
            }
        }
    }

    private void closeOne(ConcurrentLinkedQueue<Statement> left, boolean isHolders) {
        var one = left.poll();
        if (one != null) {
            open.remove(one, isHolders);
        }
    }

    private static Statement statement() {
        return (Statement) Proxy.newProxyInstance(
                OpenStatementsTest.class.getClassLoader(),
                List.of(Statement.class).toArray(Class<?>[]::new),
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "equals" -> proxy == arguments[0];
                    case "hashCode" -> System.identityHashCode(proxy);
                    default -> "statement";
                });
    }
}
