#include <stdio.h>
#include <string.h>

/* The number that stands behind a name in the input file. */
static double given(const char *wanted) {
  char line[200], name[200];
  double number, found = 0;
  FILE *file = fopen("beam.inp", "r");
  while (file && fgets(line, sizeof line, file))
    if (sscanf(line, "%199s %lf", name, &number) == 2 && strcmp(name, wanted) == 0) found = number;
  if (file) fclose(file);
  return found;
}

static double excess(double value, double most) { return value > most ? value / most - 1 : 0; }

int main(void) {
  const double width = given("width"), height = given("height"), length = given("length"), load = given("load");
  const double mass = 7.85e-6 * width * height * length;
  const double stress = 6 * load * length / (width * height * height);
  printf("mass    %.9g kg\n", mass);
  printf("stress  %.9g MPa\n", stress);
  printf("cost    %.9g\n", mass * (1 + 10 * (excess(stress, 160) + excess(height, 6 * width))));
  return 0;
}
