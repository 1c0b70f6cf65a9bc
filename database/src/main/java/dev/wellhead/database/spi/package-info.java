// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors

/** What others provide to the databases of a process. */
@NullMarked
package dev.wellhead.database.spi;

import org.jspecify.annotations.NullMarked;
