//! Which kind of question it is: a linear classifier over the words of questions with their values
//! taken out, pairs of neighbours, and the letters of words. It learns from the declared phrasings
//! when it is first needed. Its weights are names and numbers that anybody can look at.

use std::collections::HashMap;

const EPOCHS: usize = 10;
const RATE: f32 = 0.35;

/// Weights per feature and kind.
#[derive(Debug, Clone)]
pub(crate) struct Classifier {
    kinds: usize,
    features: HashMap<String, usize>,
    weights: Vec<f32>,
}

/// What a masked question shows: words, neighbours, letters.
fn features(words: &[String]) -> Vec<String> {
    let mut found: Vec<String> = vec!["^".into()];
    let mut last = "^";
    for word in words {
        found.push(word.clone());
        found.push(format!("{last} {word}"));
        if !word.starts_with('<') && word.is_ascii() && word.len() > 3 {
            for at in 0..word.len() - 2 {
                found.push(format!("#{}", &word[at..at + 3]));
            }
        }
        last = word;
    }
    found.push(format!("{last} $"));
    for pair in words.windows(3) {
        found.push(format!("{} * {}", pair[0], pair[2]));
    }
    found.sort_unstable();
    found.dedup();
    found
}

impl Classifier {
    /// Learns from masked questions and their kinds.
    pub fn train(examples: &[(Vec<String>, usize)], kinds: usize) -> Self {
        let mut names: HashMap<String, usize> = HashMap::new();
        let rows: Vec<(Vec<usize>, usize)> = examples
            .iter()
            .map(|(words, kind)| {
                let row = features(words)
                    .into_iter()
                    .map(|feature| {
                        let next = names.len();
                        *names.entry(feature).or_insert(next)
                    })
                    .collect();
                (row, *kind)
            })
            .collect();
        let mut classifier = Self {
            kinds,
            weights: vec![0.0; names.len() * kinds],
            features: names,
        };
        let mut order: Vec<usize> = (0..rows.len()).collect();
        let mut seed: u64 = 0x9e37_79b9_7f4a_7c15;
        for epoch in 0..EPOCHS {
            // The same shuffle at every start, so that the same words get the same answer.
            for at in (1..order.len()).rev() {
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                order.swap(at, (seed >> 33) as usize % (at + 1));
            }
            let rate = RATE / (1.0 + epoch as f32 * 0.3);
            for at in &order {
                let (row, kind) = &rows[*at];
                classifier.learn(row, *kind, rate);
            }
        }
        classifier
    }

    fn learn(&mut self, row: &[usize], kind: usize, rate: f32) {
        let mut wanted = self.probabilities(row);
        wanted[kind] -= 1.0;
        let step = rate / (row.len() as f32).sqrt();
        for feature in row {
            let base = feature * self.kinds;
            for (weight, error) in self.weights[base..base + self.kinds]
                .iter_mut()
                .zip(&wanted)
            {
                *weight -= step * error;
            }
        }
    }

    fn probabilities(&self, row: &[usize]) -> Vec<f32> {
        let mut scores = vec![0.0_f32; self.kinds];
        for feature in row {
            let base = feature * self.kinds;
            for (score, weight) in scores
                .iter_mut()
                .zip(&self.weights[base..base + self.kinds])
            {
                *score += weight;
            }
        }
        let scale = (row.len().max(1) as f32).sqrt();
        let most = scores.iter().copied().fold(f32::MIN, f32::max);
        let mut sum = 0.0;
        for score in &mut scores {
            *score = ((*score - most) / scale * 3.0).exp();
            sum += *score;
        }
        scores.iter_mut().for_each(|score| *score /= sum);
        scores
    }

    /// How likely each kind is, for a masked question.
    pub fn classify(&self, words: &[String]) -> Vec<f32> {
        let row: Vec<usize> = features(words)
            .iter()
            .filter_map(|feature| self.features.get(feature).copied())
            .collect();
        self.probabilities(&row)
    }

    /// The features that speak most for a kind, with their weights.
    pub fn reasons(&self, kind: usize, most: usize) -> Vec<(&str, f32)> {
        let mut found: Vec<(&str, f32)> = self
            .features
            .iter()
            .map(|(name, at)| (name.as_str(), self.weights[at * self.kinds + kind]))
            .collect();
        found.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(right.0)));
        found.truncate(most);
        found
    }
}
