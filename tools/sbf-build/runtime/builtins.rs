//! Runtime that every program links: 128-bit division, which the expansions
//! call, and the memory functions, which the back end calls, as system calls.
//! Compiled to bitcode for `bpfel-unknown-none`.
#![no_std]
#![crate_type = "lib"]

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

const LOW: u64 = 0xffff_ffff;

/// `a / b` for `b != 0`.
#[inline(always)]
fn div(a: u64, b: u64) -> u64 {
    // SAFETY: every divisor here is a normalised divisor's top half, or a
    // divisor that the program's own zero check let through.
    unsafe { a.checked_div(b).unwrap_unchecked() }
}

/// `a % b` for `b != 0`.
#[inline(always)]
fn rem(a: u64, b: u64) -> u64 {
    // SAFETY: as in `div`.
    unsafe { a.checked_rem(b).unwrap_unchecked() }
}

/// `hi:lo << s` for `s < 64`, without the top `s` bits.
#[inline(always)]
fn shl(hi: u64, lo: u64, s: u32) -> (u64, u64) {
    if s == 0 { (hi, lo) } else { (hi << s | lo >> (64 - s), lo << s) }
}

/// `hi:lo >> s` for `s < 64`.
#[inline(always)]
fn shr(hi: u64, lo: u64, s: u32) -> (u64, u64) {
    if s == 0 { (hi, lo) } else { (hi >> s, lo >> s | hi << (64 - s)) }
}

#[inline(always)]
fn sub(ah: u64, al: u64, bh: u64, bl: u64) -> (u64, u64) {
    let (lo, borrow) = al.overflowing_sub(bl);
    (ah.wrapping_sub(bh).wrapping_sub(borrow as u64), lo)
}

/// 64 x 64 -> 128 bits as (high, low), by 32-bit halves.
#[inline(always)]
fn mul(a: u64, b: u64) -> (u64, u64) {
    let (a0, a1, b0, b1) = (a & LOW, a >> 32, b & LOW, b >> 32);
    let p0 = a0.wrapping_mul(b0);
    let m0 = a1.wrapping_mul(b0).wrapping_add(p0 >> 32);
    let m1 = a0.wrapping_mul(b1).wrapping_add(m0 & LOW);
    let high = a1.wrapping_mul(b1).wrapping_add(m0 >> 32).wrapping_add(m1 >> 32);
    (high, m1 << 32 | p0 & LOW)
}

/// One digit of Knuth's algorithm D (TAOCP 4.3.1) in base 2^32: the quotient
/// and the remainder of `hi:next / d` for `hi < d`, `next < 2^32` and `d` with
/// its top bit set.
#[inline(always)]
fn digit(hi: u64, next: u64, d: u64) -> (u64, u64) {
    let (d1, d0) = (d >> 32, d & LOW);
    let mut q = div(hi, d1);
    let mut r = hi.wrapping_sub(q.wrapping_mul(d1));
    // The estimate is at most two too large. `r` stays below 2^32 in the
    // comparison, and `q` too, so neither side of it wraps.
    while q >> 32 != 0 || q.wrapping_mul(d0) > (r << 32 | next) {
        q = q.wrapping_sub(1);
        r = r.wrapping_add(d1);
        if r >> 32 != 0 {
            break;
        }
    }
    (q, (hi << 32 | next).wrapping_sub(q.wrapping_mul(d)))
}

/// `hi:lo / d` for `hi < d` and `d` with its top bit set.
#[inline(always)]
fn div_normalised(hi: u64, lo: u64, d: u64) -> (u64, u64) {
    let (q1, mid) = digit(hi, lo >> 32, d);
    let (q0, r) = digit(mid, lo & LOW, d);
    (q1 << 32 | q0, r)
}

/// Writes quotient low, quotient high, remainder low, remainder high.
///
/// # Safety
/// `out` holds four words; the divisor `dh:dl` is not zero.
#[no_mangle]
pub unsafe extern "C" fn sbf_udivrem128(out: *mut [u64; 4], nl: u64, nh: u64, dl: u64, dh: u64) {
    *out = if dh == 0 && nh == 0 {
        [div(nl, dl), 0, rem(nl, dl), 0]
    } else if dh == 0 {
        let s = dl.leading_zeros();
        let (q1, top) = if nh >= dl { (div(nh, dl), rem(nh, dl)) } else { (0, nh) };
        let (hi, lo) = shl(top, nl, s);
        let (q0, r) = div_normalised(hi, lo, dl << s);
        [q0, q1, r >> s, 0]
    } else if nh < dh || (nh == dh && nl < dl) {
        [0, 0, nl, nh]
    } else {
        // Two words by two words: one quotient word, estimated from the top
        // word of the divisor and corrected at most twice.
        let s = dh.leading_zeros();
        let (vh, vl) = shl(dh, dl, s);
        let (u1, u0) = shl(nh, nl, s);
        let (mut q, mut r) = div_normalised(shl(0, nh, s).0, u1, vh);
        let (mut mh, mut ml) = mul(q, vl);
        while mh > r || (mh == r && ml > u0) {
            q = q.wrapping_sub(1);
            (mh, ml) = sub(mh, ml, 0, vl);
            let (next, carry) = r.overflowing_add(vh);
            r = next;
            if carry {
                break;
            }
        }
        let (rh, rl) = sub(r, u0, mh, ml);
        let (rh, rl) = shr(rh, rl, s);
        [q, 0, rl, rh]
    };
}

extern "C" {
    fn sol_memcpy_(dst: *mut u8, src: *const u8, n: u64);
    fn sol_memmove_(dst: *mut u8, src: *const u8, n: u64);
    fn sol_memset_(dst: *mut u8, byte: u8, n: u64);
    fn sol_memcmp_(a: *const u8, b: *const u8, n: u64, out: *mut i32);
}

#[no_mangle]
pub unsafe extern "C" fn memcpy(dst: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    sol_memcpy_(dst, src, n as u64);
    dst
}

#[no_mangle]
pub unsafe extern "C" fn memmove(dst: *mut u8, src: *const u8, n: usize) -> *mut u8 {
    sol_memmove_(dst, src, n as u64);
    dst
}

#[no_mangle]
pub unsafe extern "C" fn memset(dst: *mut u8, byte: i32, n: usize) -> *mut u8 {
    sol_memset_(dst, byte as u8, n as u64);
    dst
}

#[no_mangle]
pub unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    let mut order = 0;
    sol_memcmp_(a, b, n as u64, &mut order);
    order
}

#[no_mangle]
pub unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, n: usize) -> i32 {
    memcmp(a, b, n)
}
