// SPDX-License-Identifier: Apache-2.0
// Copyright The Wellhead Authors
/** A program that uses a pool. */
@NullMarked
package com.example.shop;

import org.jspecify.annotations.NullMarked;
