// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.benchmarks;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/** Starts threads; virtual ones, which JDK 21 brought, by a look-up, for this is compiled for 17. */
final class Threads {

    private Threads() {}

    static boolean hasVirtual() {
        return Runtime.version().feature() >= 21;
    }

    static Thread start(boolean isVirtual, Runnable work) {
        if (!isVirtual) {
            var thread = new Thread(work);
            thread.setDaemon(true);
            thread.start();
            return thread;
        }
        try {
            return (Thread) Virtual.START.invokeExact(work);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static final class Virtual {
        static final MethodHandle START;

        static {
            try {
                START = MethodHandles.publicLookup()
                        .findStatic(
                                Thread.class,
                                "startVirtualThread",
                                MethodType.methodType(Thread.class, Runnable.class));
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }
    }
}
