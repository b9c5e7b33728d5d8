namespace BulkMover.Core.Types;

/// <summary>
/// Which years a server's date types hold. Up to ClickHouse 26.6 all of them end at 1900 and 2299, and what lies outside is shown and
/// compared as the nearest end; DateTime64 holds the years 0 to 9999 since 26.7, Date32 since a later release. The default is the narrow one.
/// </summary>
/// <param name="WideDates">Date32 holds the years 0 to 9999.</param>
/// <param name="WideTimestamps">DateTime64 holds the years 0 to 9999 (what nanoseconds in 64 bits allow of them).</param>
public readonly record struct CalendarSupport(bool WideDates, bool WideTimestamps);
