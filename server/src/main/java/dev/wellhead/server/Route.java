// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.concurrent.Callable;

/**
 * One path that is read with GET (or HEAD).
 *
 * @param path the exact path
 * @param isGuarded whether only those may read it whom {@link ReadAccess} lets in
 * @param answer makes the answer; runs on one of the few HTTP threads, so it must be quick
 */
record Route(String path, boolean isGuarded, Answer answer) {

    /** Makes answers. */
    @FunctionalInterface
    interface Answer {
        Reply to(Request request) throws Exception;
    }

    /** One that anybody may read, whatever is asked. */
    Route(String path, Callable<Reply> answer) {
        this(path, false, request -> answer.call());
    }
}
