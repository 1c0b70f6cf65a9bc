// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.List;
import java.util.concurrent.Callable;

/**
 * One path.
 *
 * @param path the exact path
 * @param access who may come in
 * @param answer makes the answer; runs on one of the few HTTP threads, so it must be quick
 */
record Route(String path, Access access, Answer answer) {

    /** Who may come in, and by which method. */
    enum Access {
        /** Anybody reads with GET or HEAD. */
        OPEN,
        /** Those whom {@link ReadAccess} lets in read with GET or HEAD. */
        READ,
        /** Those whom {@link AdminAccess} lets in act with POST. */
        ADMIN;

        List<String> methods() {
            return this == ADMIN ? List.of("POST") : List.of("GET", "HEAD");
        }

        /** As the header {@code Allow} says them. */
        String allowed() {
            return String.join(", ", methods());
        }
    }

    /** Makes answers. */
    @FunctionalInterface
    interface Answer {
        Reply to(Request request) throws Exception;
    }

    /** One that is read. */
    Route(String path, boolean isGuarded, Answer answer) {
        this(path, isGuarded ? Access.READ : Access.OPEN, answer);
    }

    /** One that anybody may read, whatever is asked. */
    Route(String path, Callable<Reply> answer) {
        this(path, Access.OPEN, request -> answer.call());
    }
}
