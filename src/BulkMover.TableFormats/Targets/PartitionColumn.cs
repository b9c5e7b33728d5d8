using Apache.Arrow.Types;
using BulkMover.TableFormats.Iceberg.Partitions;

namespace BulkMover.TableFormats.Targets;

/// <summary>One value of the tuple by which files are kept apart.</summary>
/// <param name="Name">Its name: in directories, and in the partition spec of Iceberg.</param>
/// <param name="Source">Place in <see cref="TableWrite.Schema"/> of the column it comes from.</param>
/// <param name="Transform">How it comes from the column; identity for formats that have no other.</param>
/// <param name="Type">Of its values.</param>
internal sealed record PartitionColumn(string Name, int Source, Transform Transform, IArrowType Type);
