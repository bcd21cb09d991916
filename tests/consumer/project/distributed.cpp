#include <sconce/gather_images.h>

std::vector<sconce::Image> gather(const sconce::Image& image, c10d::ProcessGroup& group);

std::vector<sconce::Image> gather(const sconce::Image& image, c10d::ProcessGroup& group) {
  return sconce::gather_images(image, group);
}
