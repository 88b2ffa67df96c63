import { placeName, placeOf } from './place';
import type { Place } from './security-group';

/** Makes a value for each place once, when it is first asked for. */
export function perPlace<Value>(make: (place: Place) => Value): (place: Place) => Value {
  const made = new Map<string, Value>();
  return (place) => {
    const name = placeName(place);
    const value = made.get(name) ?? make(placeOf(place));
    made.set(name, value);
    return value;
  };
}
