//! Several tokens against some rows, 16 rows to a register. As in `avx2::gemm` rows are spread out once for each
//! 256 columns; the byte products add up in 32 bits, so nothing has to be widened in between.

/// Writes the functions over the primitives of the module that it stands in. The attributes go on each.
macro_rules! products {
    ($(#[$attribute:meta])*) => {
        use crate::kernels::avx2::gemm::with_groups;
        use crate::kernels::avx2::tile::{GROUP, Group, SPAN, spread_32, spread_256};
        use crate::kernels::{Input, Rows};
        use crate::weights::WeightType;

        /// Tokens that one pass over a group's columns serves: enough sums to hide how long each product takes.
        const TOKENS: usize = 8;

        /// # Safety
        /// `avx2::check` held, and the processor has the instructions.
        $(#[$attribute])*
        pub(super) unsafe fn blocks_256(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
            out.fill(0.0);
            with_groups(rows.count, |groups| {
                for column in (0..rows.cols).step_by(SPAN) {
                    // SAFETY: `check` held, and each index is below its count.
                    unsafe {
                        for (index, group) in groups.iter_mut().enumerate() {
                            spread_256(rows, index * GROUP, column / SPAN, group);
                        }
                        let mut token = 0;
                        while token < input.tokens {
                            let taken = at_once(input.tokens - token);
                            for (index, group) in groups.iter().enumerate() {
                                let place = (index * GROUP, token, column);
                                match taken {
                                    TOKENS => any_256::<TOKENS>(rows, input, group, place, out),
                                    4 => any_256::<4>(rows, input, group, place, out),
                                    2 => any_256::<2>(rows, input, group, place, out),
                                    _ => any_256::<1>(rows, input, group, place, out),
                                }
                            }
                            token += taken;
                        }
                    }
                }
            });
        }

        /// How many of the tokens that are left go together.
        fn at_once(left: usize) -> usize {
            match left {
                TOKENS.. => TOKENS,
                4.. => 4,
                2.. => 2,
                _ => 1,
            }
        }

        $(#[$attribute])*
        unsafe fn any_256<const T: usize>(
            rows: &Rows<'_>,
            input: &Input<'_>,
            group: &Group,
            place: (usize, usize, usize),
            out: &mut [f32],
        ) {
            // SAFETY: the caller's promise.
            unsafe {
                match rows.kind {
                    WeightType::Q6K => span_256::<T, 4>(rows, input, group, place, out),
                    _ => span_256::<T, 8>(rows, input, group, place, out),
                }
            }
        }

        /// `T` tokens against a group at (row, token, column). A factor holds for `FOURS` groups of four columns.
        $(#[$attribute])*
        unsafe fn span_256<const T: usize, const FOURS: usize>(
            rows: &Rows<'_>,
            input: &Input<'_>,
            group: &Group,
            (row, token, column): (usize, usize, usize),
            out: &mut [f32],
        ) {
            let runs = SPAN / 4 / FOURS;
            // SAFETY: `check` made sure that the input is there in full, and the group's arrays have these sizes.
            unsafe {
                let start: [usize; T] = std::array::from_fn(|t| (token + t) * input.cols + column);
                let q: [*const u8; T] = std::array::from_fn(|t| input.q.as_ptr().add(start[t]).cast());
                let mut totals = [no_floats(); T];
                for run in 0..runs {
                    let mut sums = [no_integers(); T];
                    for four in run * FOURS..(run + 1) * FOURS {
                        let weights = load(group.q.get_unchecked(four).as_ptr());
                        for t in 0..T {
                            let value = q[t].add(four * 4).cast::<i32>().read_unaligned();
                            sums[t] = four_products(sums[t], weights, value);
                        }
                    }
                    let scales = load(group.scales.get_unchecked(run).as_ptr().cast());
                    let scales = floats(lower_words(scales));
                    for t in 0..T {
                        totals[t] = times_plus(floats(sums[t]), scales, totals[t]);
                    }
                }
                let (d, dmin) = (load_floats(group.d[0].as_ptr()), load_floats(group.dmin[0].as_ptr()));
                let (sums_of, each) = if FOURS == 8 { (input.sums32, 32) } else { (input.sums16, 16) };
                for t in 0..T {
                    let sums_at = sums_of.as_ptr().add(start[t] / each);
                    let mut below = no_integers();
                    for pair in 0..runs / 2 {
                        let two = sums_at.add(2 * pair).cast::<i32>().read_unaligned();
                        below = two_products(below, load(group.mins.get_unchecked(pair).as_ptr().cast()), two);
                    }
                    let product = minus_times(floats(below), dmin, times(totals[t], d));
                    let scale = everywhere(*input.scale.get_unchecked(start[t] / SPAN));
                    let at = out.as_mut_ptr().add((token + t) * rows.count + row);
                    add_to(at, rows.count - row, times(product, scale));
                }
            }
        }

        /// # Safety
        /// `avx2::check` held, and the processor has the instructions.
        $(#[$attribute])*
        pub(super) unsafe fn blocks_32(rows: &Rows<'_>, input: &Input<'_>, out: &mut [f32]) {
            out.fill(0.0);
            with_groups(rows.count, |groups| {
                for column in (0..rows.cols).step_by(SPAN) {
                    let blocks = (rows.cols - column).min(SPAN) / 32;
                    // SAFETY: `check` held, and each index is below its count.
                    unsafe {
                        for (index, group) in groups.iter_mut().enumerate() {
                            spread_32(rows, index * GROUP, column / 32, blocks, group);
                        }
                        let mut token = 0;
                        while token < input.tokens {
                            let taken = at_once(input.tokens - token);
                            for (index, group) in groups.iter().enumerate() {
                                let place = (index * GROUP, token, column);
                                match taken {
                                    TOKENS => span_32::<TOKENS>(rows, input, group, blocks, place, out),
                                    4 => span_32::<4>(rows, input, group, blocks, place, out),
                                    2 => span_32::<2>(rows, input, group, blocks, place, out),
                                    _ => span_32::<1>(rows, input, group, blocks, place, out),
                                }
                            }
                            token += taken;
                        }
                    }
                }
            });
        }

        /// `T` tokens against a group at (row, token, column), block by block.
        $(#[$attribute])*
        unsafe fn span_32<const T: usize>(
            rows: &Rows<'_>,
            input: &Input<'_>,
            group: &Group,
            blocks: usize,
            (row, token, column): (usize, usize, usize),
            out: &mut [f32],
        ) {
            // Bytes of weights are unsigned here, so signed ones are raised by 128, which then is their minimum.
            let signed = rows.kind == WeightType::Q8_0;
            // SAFETY: `check` made sure that the input is there in full, and the group's arrays have these sizes.
            unsafe {
                let start: [usize; T] = std::array::from_fn(|t| (token + t) * input.cols + column);
                let q: [*const u8; T] = std::array::from_fn(|t| input.q.as_ptr().add(start[t]).cast());
                let mut totals = [no_floats(); T];
                for block in 0..blocks {
                    let mut sums = [no_integers(); T];
                    for four in block * 8..block * 8 + 8 {
                        let weights = load(group.q.get_unchecked(four).as_ptr());
                        let weights = if signed { raise(weights) } else { weights };
                        for t in 0..T {
                            let value = q[t].add(four * 4).cast::<i32>().read_unaligned();
                            sums[t] = four_products(sums[t], weights, value);
                        }
                    }
                    let d = load_floats(group.d.get_unchecked(block).as_ptr());
                    let dmin = match signed {
                        true => times(d, everywhere(128.0)),
                        false => load_floats(group.dmin.get_unchecked(block).as_ptr()),
                    };
                    for t in 0..T {
                        let scale = everywhere(*input.scale.get_unchecked(start[t] / 32 + block));
                        let offset = everywhere(*input.offset.get_unchecked(start[t] / 32 + block));
                        let total = times_plus(floats(sums[t]), times(d, scale), totals[t]);
                        totals[t] = minus_times(dmin, offset, total);
                    }
                }
                for t in 0..T {
                    let at = out.as_mut_ptr().add((token + t) * rows.count + row);
                    add_to(at, rows.count - row, totals[t]);
                }
            }
        }
    };
}
