using System.Text.Json.Nodes;

namespace BulkMover.TableFormats.Iceberg.Catalogs;

/// <summary>A table as its catalog hands it out to be changed.</summary>
/// <param name="Document">Its metadata with everything that is in it.</param>
/// <param name="Table">What reading it needs.</param>
internal sealed record CatalogState(JsonObject Document, CatalogTable Table);
