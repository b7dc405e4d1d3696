; Operations that the BPF back end cannot lower, over 64-bit ones that it can.
; The legaliser calls `@sbf.<operation>.<type>`; all of it is inlined.
;
; Arguments are frozen where they are used more than once: an undefined operand
; may read differently at each use, which the operation it stands for may not.

define internal i64 @sbf.high(i128 %a) alwaysinline {
  %s = lshr i128 %a, 64
  %r = trunc i128 %s to i64
  ret i64 %r
}

define internal i128 @sbf.join(i64 %lo, i64 %hi) alwaysinline {
  %l = zext i64 %lo to i128
  %h = zext i64 %hi to i128
  %s = shl i128 %h, 64
  %r = or i128 %s, %l
  ret i128 %r
}

define internal i128 @sbf.negate_if.i128(i128 %a, i1 %c) alwaysinline {
  %f = freeze i128 %a
  %n = sub i128 0, %f
  %r = select i1 %c, i128 %n, i128 %f
  ret i128 %r
}

define internal i64 @sbf.negate_if.i64(i64 %a, i1 %c) alwaysinline {
  %f = freeze i64 %a
  %n = sub i64 0, %f
  %r = select i1 %c, i64 %n, i64 %f
  ret i64 %r
}

; Shifts. Amounts are reduced modulo 128 and then modulo 64, so that no 64-bit
; shift is by its width or more (poison); the bits carried between the words
; are cut off when that would be a shift by 64.

define internal i128 @sbf.shl.i128(i128 %a0, i128 %s0) alwaysinline {
  %a = freeze i128 %a0
  %s = freeze i128 %s0
  %lo = trunc i128 %a to i64
  %hi = call i64 @sbf.high(i128 %a)
  %w = trunc i128 %s to i64
  %amount = and i64 %w, 127
  %small = icmp ult i64 %amount, 64
  %k = and i64 %amount, 63
  %aligned = icmp eq i64 %k, 0
  %back = sub i64 64, %k
  %j = and i64 %back, 63
  %lo_s = shl i64 %lo, %k
  %hi_s = shl i64 %hi, %k
  %bits = lshr i64 %lo, %j
  %carry = select i1 %aligned, i64 0, i64 %bits
  %hi_c = or i64 %hi_s, %carry
  %rlo = select i1 %small, i64 %lo_s, i64 0
  %rhi = select i1 %small, i64 %hi_c, i64 %lo_s
  %r = call i128 @sbf.join(i64 %rlo, i64 %rhi)
  ret i128 %r
}

define internal i128 @sbf.lshr.i128(i128 %a0, i128 %s0) alwaysinline {
  %a = freeze i128 %a0
  %s = freeze i128 %s0
  %lo = trunc i128 %a to i64
  %hi = call i64 @sbf.high(i128 %a)
  %w = trunc i128 %s to i64
  %amount = and i64 %w, 127
  %small = icmp ult i64 %amount, 64
  %k = and i64 %amount, 63
  %aligned = icmp eq i64 %k, 0
  %back = sub i64 64, %k
  %j = and i64 %back, 63
  %hi_s = lshr i64 %hi, %k
  %lo_s = lshr i64 %lo, %k
  %bits = shl i64 %hi, %j
  %carry = select i1 %aligned, i64 0, i64 %bits
  %lo_c = or i64 %lo_s, %carry
  %rlo = select i1 %small, i64 %lo_c, i64 %hi_s
  %rhi = select i1 %small, i64 %hi_s, i64 0
  %r = call i128 @sbf.join(i64 %rlo, i64 %rhi)
  ret i128 %r
}

define internal i128 @sbf.ashr.i128(i128 %a0, i128 %s0) alwaysinline {
  %a = freeze i128 %a0
  %s = freeze i128 %s0
  %lo = trunc i128 %a to i64
  %hi = call i64 @sbf.high(i128 %a)
  %w = trunc i128 %s to i64
  %amount = and i64 %w, 127
  %small = icmp ult i64 %amount, 64
  %k = and i64 %amount, 63
  %aligned = icmp eq i64 %k, 0
  %back = sub i64 64, %k
  %j = and i64 %back, 63
  %sign = ashr i64 %hi, 63
  %hi_s = ashr i64 %hi, %k
  %lo_s = lshr i64 %lo, %k
  %bits = shl i64 %hi, %j
  %carry = select i1 %aligned, i64 0, i64 %bits
  %lo_c = or i64 %lo_s, %carry
  %rlo = select i1 %small, i64 %lo_c, i64 %hi_s
  %rhi = select i1 %small, i64 %hi_s, i64 %sign
  %r = call i128 @sbf.join(i64 %rlo, i64 %rhi)
  ret i128 %r
}

; Multiplication. `mulw` is the whole product of two words, by 32-bit halves.

define internal { i64, i64 } @sbf.mulw(i64 %a, i64 %b) alwaysinline {
  %a0 = and i64 %a, 4294967295
  %a1 = lshr i64 %a, 32
  %b0 = and i64 %b, 4294967295
  %b1 = lshr i64 %b, 32
  %p00 = mul i64 %a0, %b0
  %p01 = mul i64 %a0, %b1
  %p10 = mul i64 %a1, %b0
  %p11 = mul i64 %a1, %b1
  %c0 = lshr i64 %p00, 32
  %m0 = add i64 %p10, %c0
  %m0l = and i64 %m0, 4294967295
  %m1 = add i64 %p01, %m0l
  %m0h = lshr i64 %m0, 32
  %m1h = lshr i64 %m1, 32
  %h0 = add i64 %p11, %m0h
  %hi = add i64 %h0, %m1h
  %ml = shl i64 %m1, 32
  %l0 = and i64 %p00, 4294967295
  %lo = or i64 %ml, %l0
  %s0 = insertvalue { i64, i64 } poison, i64 %lo, 0
  %s1 = insertvalue { i64, i64 } %s0, i64 %hi, 1
  ret { i64, i64 } %s1
}

define internal i128 @sbf.mul.i128(i128 %a0, i128 %b0) alwaysinline {
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %al = trunc i128 %a to i64
  %ah = call i64 @sbf.high(i128 %a)
  %bl = trunc i128 %b to i64
  %bh = call i64 @sbf.high(i128 %b)
  %w = call { i64, i64 } @sbf.mulw(i64 %al, i64 %bl)
  %lo = extractvalue { i64, i64 } %w, 0
  %h0 = extractvalue { i64, i64 } %w, 1
  %c1 = mul i64 %ah, %bl
  %c2 = mul i64 %al, %bh
  %h1 = add i64 %h0, %c1
  %hi = add i64 %h1, %c2
  %r = call i128 @sbf.join(i64 %lo, i64 %hi)
  ret i128 %r
}

define internal { i64, i1 } @sbf.umulo.i64(i64 %a0, i64 %b0) alwaysinline {
  %a = freeze i64 %a0
  %b = freeze i64 %b0
  %w = call { i64, i64 } @sbf.mulw(i64 %a, i64 %b)
  %lo = extractvalue { i64, i64 } %w, 0
  %hi = extractvalue { i64, i64 } %w, 1
  %o = icmp ne i64 %hi, 0
  %s0 = insertvalue { i64, i1 } poison, i64 %lo, 0
  %s1 = insertvalue { i64, i1 } %s0, i1 %o, 1
  ret { i64, i1 } %s1
}

; The signed high word is the unsigned one less the other factor for each
; negative factor; the product fits if it is the sign of the low word.
define internal { i64, i1 } @sbf.smulo.i64(i64 %a0, i64 %b0) alwaysinline {
  %a = freeze i64 %a0
  %b = freeze i64 %b0
  %w = call { i64, i64 } @sbf.mulw(i64 %a, i64 %b)
  %lo = extractvalue { i64, i64 } %w, 0
  %h = extractvalue { i64, i64 } %w, 1
  %sa = ashr i64 %a, 63
  %sb = ashr i64 %b, 63
  %t1 = and i64 %sa, %b
  %t2 = and i64 %sb, %a
  %h1 = sub i64 %h, %t1
  %h2 = sub i64 %h1, %t2
  %sl = ashr i64 %lo, 63
  %o = icmp ne i64 %h2, %sl
  %s0 = insertvalue { i64, i1 } poison, i64 %lo, 0
  %s1 = insertvalue { i64, i1 } %s0, i1 %o, 1
  ret { i64, i1 } %s1
}

; Overflows if both high words are set, if a cross product has a high word, or
; if adding the cross products to the high word carries.
define internal { i128, i1 } @sbf.umulo.i128(i128 %a0, i128 %b0) alwaysinline {
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %al = trunc i128 %a to i64
  %ah = call i64 @sbf.high(i128 %a)
  %bl = trunc i128 %b to i64
  %bh = call i64 @sbf.high(i128 %b)
  %w = call { i64, i64 } @sbf.mulw(i64 %al, i64 %bl)
  %lo = extractvalue { i64, i64 } %w, 0
  %h0 = extractvalue { i64, i64 } %w, 1
  %x = call { i64, i64 } @sbf.mulw(i64 %ah, i64 %bl)
  %xl = extractvalue { i64, i64 } %x, 0
  %xh = extractvalue { i64, i64 } %x, 1
  %y = call { i64, i64 } @sbf.mulw(i64 %al, i64 %bh)
  %yl = extractvalue { i64, i64 } %y, 0
  %yh = extractvalue { i64, i64 } %y, 1
  %h1 = add i64 %h0, %xl
  %carry1 = icmp ult i64 %h1, %xl
  %hi = add i64 %h1, %yl
  %carry2 = icmp ult i64 %hi, %yl
  %na = icmp ne i64 %ah, 0
  %nb = icmp ne i64 %bh, 0
  %both = and i1 %na, %nb
  %nx = icmp ne i64 %xh, 0
  %ny = icmp ne i64 %yh, 0
  %o1 = or i1 %both, %nx
  %o2 = or i1 %o1, %ny
  %o3 = or i1 %o2, %carry1
  %o = or i1 %o3, %carry2
  %r = call i128 @sbf.join(i64 %lo, i64 %hi)
  %s0 = insertvalue { i128, i1 } poison, i128 %r, 0
  %s1 = insertvalue { i128, i1 } %s0, i1 %o, 1
  ret { i128, i1 } %s1
}

; On magnitudes; the result must then have the sign of the product, or be zero.
define internal { i128, i1 } @sbf.smulo.i128(i128 %a0, i128 %b0) alwaysinline {
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %na = icmp slt i128 %a, 0
  %nb = icmp slt i128 %b, 0
  %ma = call i128 @sbf.negate_if.i128(i128 %a, i1 %na)
  %mb = call i128 @sbf.negate_if.i128(i128 %b, i1 %nb)
  %u = call { i128, i1 } @sbf.umulo.i128(i128 %ma, i128 %mb)
  %m = extractvalue { i128, i1 } %u, 0
  %uo = extractvalue { i128, i1 } %u, 1
  %negative = xor i1 %na, %nb
  %r = call i128 @sbf.negate_if.i128(i128 %m, i1 %negative)
  %rs = icmp slt i128 %r, 0
  %rz = icmp ne i128 %r, 0
  %sd = xor i1 %rs, %negative
  %so = and i1 %sd, %rz
  %o = or i1 %uo, %so
  %s0 = insertvalue { i128, i1 } poison, i128 %r, 0
  %s1 = insertvalue { i128, i1 } %s0, i1 %o, 1
  ret { i128, i1 } %s1
}

; Division. A zero divisor is undefined here, as in the operation itself.
; Quotients truncate; a remainder has the sign of the dividend. The smallest
; value is its own magnitude when read as unsigned.

declare void @sbf_udivrem128(ptr, i64, i64, i64, i64)

define internal i128 @sbf.divrem(i128 %a0, i128 %b0, i64 %word) alwaysinline {
  %out = alloca [4 x i64], align 8
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %al = trunc i128 %a to i64
  %ah = call i64 @sbf.high(i128 %a)
  %bl = trunc i128 %b to i64
  %bh = call i64 @sbf.high(i128 %b)
  call void @sbf_udivrem128(ptr %out, i64 %al, i64 %ah, i64 %bl, i64 %bh)
  %plo = getelementptr i64, ptr %out, i64 %word
  %phi = getelementptr i64, ptr %plo, i64 1
  %lo = load i64, ptr %plo, align 8
  %hi = load i64, ptr %phi, align 8
  %r = call i128 @sbf.join(i64 %lo, i64 %hi)
  ret i128 %r
}

define internal i128 @sbf.udiv.i128(i128 %a, i128 %b) alwaysinline {
  %r = call i128 @sbf.divrem(i128 %a, i128 %b, i64 0)
  ret i128 %r
}

define internal i128 @sbf.urem.i128(i128 %a, i128 %b) alwaysinline {
  %r = call i128 @sbf.divrem(i128 %a, i128 %b, i64 2)
  ret i128 %r
}

define internal i128 @sbf.sdiv.i128(i128 %a0, i128 %b0) alwaysinline {
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %na = icmp slt i128 %a, 0
  %nb = icmp slt i128 %b, 0
  %ma = call i128 @sbf.negate_if.i128(i128 %a, i1 %na)
  %mb = call i128 @sbf.negate_if.i128(i128 %b, i1 %nb)
  %q = call i128 @sbf.divrem(i128 %ma, i128 %mb, i64 0)
  %negative = xor i1 %na, %nb
  %r = call i128 @sbf.negate_if.i128(i128 %q, i1 %negative)
  ret i128 %r
}

define internal i128 @sbf.srem.i128(i128 %a0, i128 %b0) alwaysinline {
  %a = freeze i128 %a0
  %b = freeze i128 %b0
  %na = icmp slt i128 %a, 0
  %nb = icmp slt i128 %b, 0
  %ma = call i128 @sbf.negate_if.i128(i128 %a, i1 %na)
  %mb = call i128 @sbf.negate_if.i128(i128 %b, i1 %nb)
  %q = call i128 @sbf.divrem(i128 %ma, i128 %mb, i64 2)
  %r = call i128 @sbf.negate_if.i128(i128 %q, i1 %na)
  ret i128 %r
}

define internal i64 @sbf.sdiv.i64(i64 %a0, i64 %b0) alwaysinline {
  %a = freeze i64 %a0
  %b = freeze i64 %b0
  %na = icmp slt i64 %a, 0
  %nb = icmp slt i64 %b, 0
  %ma = call i64 @sbf.negate_if.i64(i64 %a, i1 %na)
  %mb = call i64 @sbf.negate_if.i64(i64 %b, i1 %nb)
  %q = udiv i64 %ma, %mb
  %negative = xor i1 %na, %nb
  %r = call i64 @sbf.negate_if.i64(i64 %q, i1 %negative)
  ret i64 %r
}

define internal i64 @sbf.srem.i64(i64 %a0, i64 %b0) alwaysinline {
  %a = freeze i64 %a0
  %b = freeze i64 %b0
  %na = icmp slt i64 %a, 0
  %nb = icmp slt i64 %b, 0
  %ma = call i64 @sbf.negate_if.i64(i64 %a, i1 %na)
  %mb = call i64 @sbf.negate_if.i64(i64 %b, i1 %nb)
  %q = urem i64 %ma, %mb
  %r = call i64 @sbf.negate_if.i64(i64 %q, i1 %na)
  ret i64 %r
}
