//! Joins neighbouring symbols until none can be joined, the best pair first and of equal pairs the
//! leftmost. SentencePiece and byte-level merges differ only in what a symbol and a rank are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What may be joined, and how good that is.
pub(super) trait Pairs {
    type Symbol: Copy + Eq + Ord;
    /// Greater is joined earlier.
    type Rank: Copy + Ord;

    fn join(&self, left: Self::Symbol, right: Self::Symbol) -> Option<(Self::Rank, Self::Symbol)>;
}

const NONE: usize = usize::MAX;

struct Link<S> {
    /// `None` once it was joined to its left neighbour.
    symbol: Option<S>,
    previous: usize,
    next: usize,
}

/// Rank, position of the left symbol, both symbols as they were, what they become.
type Candidate<P> = (
    <P as Pairs>::Rank,
    Reverse<usize>,
    (<P as Pairs>::Symbol, <P as Pairs>::Symbol),
    <P as Pairs>::Symbol,
);

/// The symbols that are left when nothing can be joined any more.
pub(super) fn merge<P: Pairs>(pairs: &P, symbols: &[P::Symbol]) -> Vec<P::Symbol> {
    let count = symbols.len();
    let mut links: Vec<Link<P::Symbol>> = symbols
        .iter()
        .enumerate()
        .map(|(at, symbol)| Link {
            symbol: Some(*symbol),
            previous: if at == 0 { NONE } else { at - 1 },
            next: if at + 1 == count { NONE } else { at + 1 },
        })
        .collect();
    let mut candidates: BinaryHeap<Candidate<P>> = BinaryHeap::new();
    for left in 1..count {
        offer(pairs, &links, left - 1, &mut candidates);
    }
    while let Some((_, Reverse(left), (left_symbol, right_symbol), joined)) = candidates.pop() {
        let right = links[left].next;
        // One of the two was joined to something else since this pair was offered.
        if links[left].symbol != Some(left_symbol)
            || right == NONE
            || links[right].symbol != Some(right_symbol)
        {
            continue;
        }
        links[left].symbol = Some(joined);
        links[right].symbol = None;
        let after = links[right].next;
        links[left].next = after;
        if after != NONE {
            links[after].previous = left;
        }
        let previous = links[left].previous;
        if previous != NONE {
            offer(pairs, &links, previous, &mut candidates);
        }
        offer(pairs, &links, left, &mut candidates);
    }
    links.into_iter().filter_map(|link| link.symbol).collect()
}

fn offer<P: Pairs>(
    pairs: &P,
    links: &[Link<P::Symbol>],
    left: usize,
    candidates: &mut BinaryHeap<Candidate<P>>,
) {
    let right = links[left].next;
    if right == NONE {
        return;
    }
    let (Some(left_symbol), Some(right_symbol)) = (links[left].symbol, links[right].symbol) else {
        return;
    };
    if let Some((rank, joined)) = pairs.join(left_symbol, right_symbol) {
        candidates.push((rank, Reverse(left), (left_symbol, right_symbol), joined));
    }
}
