#pragma once

// Everything: a logger for LibTorch programs. Start with run.h.

#include "sconce/boxes.h"
#include "sconce/classes.h"
#include "sconce/compression.h"
#include "sconce/histogram.h"
#include "sconce/image.h"
#include "sconce/logger.h"
#include "sconce/mask.h"
#include "sconce/metric.h"
#include "sconce/metric_summary.h"
#include "sconce/ops.h"
#include "sconce/row.h"
#include "sconce/run.h"
