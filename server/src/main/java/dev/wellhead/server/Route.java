// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
package dev.wellhead.server;

import java.util.concurrent.Callable;

/**
 * One path that is read with GET (or HEAD).
 *
 * @param path the exact path
 * @param answer makes the answer; runs on one of the few HTTP threads, so it must be quick
 */
record Route(String path, Callable<Reply> answer) {}
