//! Pure parts of katydid: tags, weighted picks, histograms, statistics, targets, verdict, events.
