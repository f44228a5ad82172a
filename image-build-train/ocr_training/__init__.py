"""Fine-tune, checkpoint and export the recogniser `ch_ppocr_mobile_v2.0_rec`."""
