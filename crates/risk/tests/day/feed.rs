//! A feed driven by the pure code alone, as the program drives it.

use super::market::{FEED_IDS, KINDS, scope};
use risk::feed::{Aggregate, Held, Moment, Pin, Reading, Refusal, SOURCES, State, aggregate};
use risk::settlement::{self, BUCKET_S, Bucket, RING};

/// Sources that a normal price needs.
pub const MIN_SOURCES: u8 = 2;

pub struct Feed {
    pub state: State,
    pub held: [Held; SOURCES],
    pub buckets: Vec<Bucket>,
}

/// What one refresh read and made of it.
pub struct Refresh {
    pub readings: [Reading; SOURCES],
    pub found: Aggregate,
}

impl Feed {
    pub fn new() -> Self {
        let buckets = vec![Bucket::default(); usize::try_from(RING).unwrap()];
        Self { state: State::default(), held: [Held::default(); SOURCES], buckets }
    }

    /// What the sources would amount to at `moment`, taken in.
    pub fn refresh(&mut self, accounts: [&[u8]; SOURCES], moment: Moment) -> Refresh {
        if let Some(price) = self.state.standing() {
            for credit in settlement::credits(self.state.checked, moment.now, BUCKET_S) {
                let bucket = &mut self.buckets[usize::try_from(credit.number % RING).unwrap()];
                *bucket = bucket.credited(credit, price).unwrap();
            }
        }
        self.state.stand(moment.now, BUCKET_S);
        let mut newer = false;
        let mut readings = [Err(Refusal::Absent); SOURCES];
        for (source, reading) in readings.iter_mut().enumerate() {
            let pin = Pin { kind: KINDS[source], feed_id: FEED_IDS[source], scope: scope(source) };
            *reading = self.held[source].observe(&pin, accounts[source], moment).map(|(fresh, later)| {
                newer |= later;
                fresh
            });
        }
        let found = aggregate(&readings, self.state.average_at(moment.now, BUCKET_S), MIN_SOURCES);
        self.state.take(&found, moment, newer, BUCKET_S);
        let buckets = &self.buckets;
        let place = |place: u32| buckets[usize::try_from(place).unwrap()];
        let current = settlement::number_floor(moment.now, BUCKET_S).unwrap();
        self.state.variance.advance(current, |number| settlement::mean(number, BUCKET_S, place));
        Refresh { readings, found }
    }
}
